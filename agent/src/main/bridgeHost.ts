import { IPC, type DisplaySource, type ShellInfo } from '../bridge.ts';
import type { CredentialFile } from './credentialFile.ts';
import type { OwnPage } from './ownPage.ts';

const MAX_TEXT_LENGTH = 4_096;

interface IpcEvent {
  senderFrame: { url: string } | null;
}

/** The part of Electron's ipcMain that the bridge uses. */
export interface IpcHost {
  handle(channel: string, listener: (event: IpcEvent, ...args: unknown[]) => unknown): void;
  on(channel: string, listener: (event: IpcEvent, ...args: unknown[]) => void): unknown;
}

/** The main process's half of the bridge: what each call does. */
export interface BridgeHandlers {
  shellInfo: ShellInfo;
  listDisplaySources(): Promise<DisplaySource[]>;
  chooseDisplaySource(id: string): void;
  credentials: CredentialFile;
  idleMs(): number;
  goodbyeSaid(): void;
}

/** Serves the bridge to our own page. Every call from elsewhere is refused. */
export function serveBridge(ipc: IpcHost, page: OwnPage, handlers: BridgeHandlers): void {
  const requireOwnPage = ({ senderFrame }: IpcEvent): void => {
    if (senderFrame === null || !page.includes(senderFrame.url)) {
      throw new Error('The bridge is for the agent’s own page.');
    }
  };
  const answer = (channel: string, handle: (argument: unknown) => unknown): void =>
    ipc.handle(channel, (event, argument) => {
      requireOwnPage(event);
      return handle(argument);
    });
  const { credentials } = handlers;
  answer(IPC.getShellInfo, () => handlers.shellInfo);
  answer(IPC.listDisplaySources, () => handlers.listDisplaySources());
  answer(IPC.chooseDisplaySource, (id) => handlers.chooseDisplaySource(requireText(id)));
  answer(IPC.loadCredential, () => credentials.load());
  answer(IPC.canSaveCredential, () => credentials.canSave);
  answer(IPC.saveCredential, (text) => credentials.save(requireText(text)));
  answer(IPC.getIdleMs, () => handlers.idleMs());
  ipc.on(IPC.goodbyeSaid, (event) => {
    requireOwnPage(event);
    handlers.goodbyeSaid();
  });
}

function requireText(value: unknown): string {
  if (typeof value !== 'string' || value.length > MAX_TEXT_LENGTH) {
    throw new TypeError('The bridge takes a short text here.');
  }
  return value;
}
