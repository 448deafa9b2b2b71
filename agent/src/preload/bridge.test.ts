import { beforeEach, describe, expect, it } from '@jest/globals';
import { IPC, type AgentBridge, type PowerEvent } from '../bridge.ts';
import { createBridge } from './bridge.ts';

type Heard =
  [typeof IPC.power, (event: unknown, power: PowerEvent) => void] | [typeof IPC.goodbye, () => void];

let calls: unknown[][];
let sent: string[];
let goodbyeListeners: Set<() => void>;
let powerListeners: Set<(event: unknown, power: PowerEvent) => void>;
let bridge: AgentBridge;

beforeEach(() => {
  calls = [];
  sent = [];
  goodbyeListeners = new Set();
  powerListeners = new Set();
  bridge = createBridge({
    invoke: async (...args: unknown[]) => {
      calls.push(args);
      return undefined as never;
    },
    send: (channel) => sent.push(channel),
    on: (...heard: Heard) =>
      heard[0] === IPC.power ? powerListeners.add(heard[1]) : goodbyeListeners.add(heard[1]),
    off: (...heard: Heard) =>
      heard[0] === IPC.power ? powerListeners.delete(heard[1]) : goodbyeListeners.delete(heard[1]),
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

  it('tells of the machine’s sleep without Electron’s own event, until it is told not to', () => {
    const heard: unknown[][] = [];
    const unsubscribe = bridge.onPower((...args) => heard.push(args));
    const tell = (power: PowerEvent): void => {
      for (const listener of powerListeners) listener({ sender: 'electron' }, power);
    };
    tell({ kind: 'suspend', atMs: 1 });
    unsubscribe();
    tell({ kind: 'resume', atMs: 2 });
    expect(heard).toEqual([[{ kind: 'suspend', atMs: 1 }]]);
  });

  it('ends a subscription', async () => {
    bridge.onGoodbye(() => Promise.resolve())();
    await quit();
    expect(sent).toEqual([]);
  });
});
