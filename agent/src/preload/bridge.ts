import { IPC, type AgentBridge, type DisplaySource, type PowerEvent, type ShellInfo } from '../bridge.ts';

/** The part of Electron's ipcRenderer that the bridge uses; what `invoke` resolves with is the main half's word. */
export interface IpcClient {
  invoke(channel: typeof IPC.getShellInfo): Promise<ShellInfo>;
  invoke(channel: typeof IPC.listDisplaySources): Promise<DisplaySource[]>;
  invoke(channel: typeof IPC.chooseDisplaySource, id: string): Promise<void>;
  invoke(channel: typeof IPC.loadCredential): Promise<string | null>;
  invoke(channel: typeof IPC.canSaveCredential): Promise<boolean>;
  invoke(channel: typeof IPC.saveCredential, text: string): Promise<void>;
  invoke(channel: typeof IPC.getIdleMs): Promise<number>;
  send(channel: typeof IPC.goodbyeSaid): void;
  on(channel: typeof IPC.goodbye, listener: () => void): unknown;
  off(channel: typeof IPC.goodbye, listener: () => void): unknown;
  on(channel: typeof IPC.power, listener: (event: unknown, power: PowerEvent) => void): unknown;
  off(channel: typeof IPC.power, listener: (event: unknown, power: PowerEvent) => void): unknown;
}

/** Builds the page's half of the bridge. Nothing of Electron itself gets through to the page. */
export function createBridge(ipc: IpcClient): AgentBridge {
  return {
    getShellInfo: () => ipc.invoke(IPC.getShellInfo),
    listDisplaySources: () => ipc.invoke(IPC.listDisplaySources),
    chooseDisplaySource: (id) => ipc.invoke(IPC.chooseDisplaySource, id),
    loadCredential: () => ipc.invoke(IPC.loadCredential),
    canSaveCredential: () => ipc.invoke(IPC.canSaveCredential),
    saveCredential: (text) => ipc.invoke(IPC.saveCredential, text),
    getIdleMs: () => ipc.invoke(IPC.getIdleMs),
    onPower(listener) {
      const tell = (_event: unknown, power: PowerEvent): void => listener(power);
      ipc.on(IPC.power, tell);
      return () => ipc.off(IPC.power, tell);
    },
    onGoodbye(listener) {
      const sayGoodbye = (): void => {
        const said = (): void => ipc.send(IPC.goodbyeSaid);
        // Whether the server heard it or not, the application may go.
        listener().then(said, said);
      };
      ipc.on(IPC.goodbye, sayGoodbye);
      return () => ipc.off(IPC.goodbye, sayGoodbye);
    },
  };
}
