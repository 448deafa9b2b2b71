import { beforeEach, describe, expect, it } from '@jest/globals';
import { IPC, type AgentBridge } from '../bridge.ts';
import { createBridge } from './bridge.ts';

let calls: unknown[][];
let sent: string[];
let goodbyeListeners: Set<() => void>;
let bridge: AgentBridge;

beforeEach(() => {
  calls = [];
  sent = [];
  goodbyeListeners = new Set();
  bridge = createBridge({
    invoke: async (...args: unknown[]) => {
      calls.push(args);
      return undefined as never;
    },
    send: (channel) => sent.push(channel),
    on: (_channel, listener) => goodbyeListeners.add(listener),
    off: (_channel, listener) => goodbyeListeners.delete(listener),
  });
});

async function quit(): Promise<void> {
  for (const listener of goodbyeListeners) listener();
  await new Promise((resolve) => setTimeout(resolve, 0));
}

describe('the page’s half of the bridge', () => {
  it('passes calls on to the main process', async () => {
    await bridge.getShellInfo();
    await bridge.listDisplaySources();
    await bridge.chooseDisplaySource('screen:1:0');
    await bridge.loadCredential();
    await bridge.canSaveCredential();
    await bridge.saveCredential('secret');
    await bridge.getIdleMs();
    expect(calls).toEqual([
      [IPC.getShellInfo],
      [IPC.listDisplaySources],
      [IPC.chooseDisplaySource, 'screen:1:0'],
      [IPC.loadCredential],
      [IPC.canSaveCredential],
      [IPC.saveCredential, 'secret'],
      [IPC.getIdleMs],
    ]);
  });

  it('lets the application quit when the page has said goodbye, or failed to', async () => {
    const unsubscribe = bridge.onGoodbye(() => Promise.resolve());
    await quit();
    unsubscribe();
    bridge.onGoodbye(() => Promise.reject(new Error('no connection')));
    await quit();
    expect(sent).toEqual([IPC.goodbyeSaid, IPC.goodbyeSaid]);
  });

  it('ends a subscription', async () => {
    bridge.onGoodbye(() => Promise.resolve())();
    await quit();
    expect(sent).toEqual([]);
  });
});
