import { IPC, type DisplaySource, type ShellInfo } from '../bridge.ts';
import type { OwnPage } from './ownPage.ts';

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
  goodbyeSaid(): void;
}

/** Serves the bridge to our own page. Every call from elsewhere is refused. */
export function serveBridge(ipc: IpcHost, page: OwnPage, handlers: BridgeHandlers): void {
  const requireOwnPage = ({ senderFrame }: IpcEvent): void => {
    if (senderFrame === null || !page.includes(senderFrame.url)) {
      throw new Error('The bridge is for the agent’s own page.');
    }
  };
  ipc.handle(IPC.getShellInfo, (event) => {
    requireOwnPage(event);
    return handlers.shellInfo;
  });
  ipc.handle(IPC.listDisplaySources, (event) => {
    requireOwnPage(event);
    return handlers.listDisplaySources();
  });
  ipc.handle(IPC.chooseDisplaySource, (event, id) => {
    requireOwnPage(event);
    if (typeof id !== 'string') throw new TypeError('The id of a display source is a string.');
    handlers.chooseDisplaySource(id);
  });
  ipc.on(IPC.goodbyeSaid, (event) => {
    requireOwnPage(event);
    handlers.goodbyeSaid();
  });
}
