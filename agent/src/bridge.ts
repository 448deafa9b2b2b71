/** The name under which the preload script puts the bridge on `window`. */
export const BRIDGE_KEY = 'sightline';

/** Removes the listener it was returned for. */
export type Unsubscribe = () => void;

/** What the shell knows of the machine. */
export interface ShellInfo {
  /** Account name of the operating system's user. */
  userName: string;
  hostName: string;
  /** Name and release of the operating system. */
  os: string;
}

/** A display or window that can be captured. */
export interface DisplaySource {
  id: string;
  name: string;
  kind: 'screen' | 'window';
  /** A small picture of it, as a data URL. */
  thumbnailUrl: string;
}

/** What happens to the machine as a whole. */
export interface PowerEvent {
  kind: 'suspend' | 'resume' | 'lock-screen' | 'unlock-screen';
  /** Wall time in ms since 1970: the page may hear of it only when the machine runs again. */
  atMs: number;
}

/** What the Electron shell offers the page; in a plain browser there is none. */
export interface AgentBridge {
  getShellInfo(): Promise<ShellInfo>;
  /** Lists what can be captured now. */
  listDisplaySources(): Promise<DisplaySource[]>;
  /** Decides which source answers the next `getDisplayMedia`; it counts once. */
  chooseDisplaySource(id: string): Promise<void>;
  /** What was saved; null if there is nothing that can be read. */
  loadCredential(): Promise<string | null>;
  /** Whether the system can keep a text so that only this user's applications can read it. */
  canSaveCredential(): Promise<boolean>;
  /** Keeps the text, encrypted, in the place of what was before. Rejects where that is not possible. */
  saveCredential(text: string): Promise<void>;
  /** For how many ms nobody has touched keyboard or mouse, wherever on the machine. */
  getIdleMs(): Promise<number>;
  /** Calls `listener` when the machine sleeps or is locked, and when that is over. */
  onPower(listener: (event: PowerEvent) => void): Unsubscribe;
  /** Calls `listener` when the application is about to quit, and lets it quit when the promise settles. */
  onGoodbye(listener: () => Promise<void>): Unsubscribe;
}

/** IPC channels between preload and main process. */
export const IPC = {
  getShellInfo: 'sightline:get-shell-info',
  listDisplaySources: 'sightline:list-display-sources',
  chooseDisplaySource: 'sightline:choose-display-source',
  loadCredential: 'sightline:load-credential',
  canSaveCredential: 'sightline:can-save-credential',
  saveCredential: 'sightline:save-credential',
  getIdleMs: 'sightline:get-idle-ms',
  power: 'sightline:power',
  goodbye: 'sightline:goodbye',
  goodbyeSaid: 'sightline:goodbye-said',
} as const;
