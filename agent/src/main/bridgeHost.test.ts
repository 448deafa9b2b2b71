import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { IPC } from '../bridge.ts';
import { serveBridge } from './bridgeHost.ts';
import { ownPage } from './ownPage.ts';

const page = ownPage({});
const OWN = { senderFrame: { url: page.url } };
const FOREIGN = { senderFrame: { url: 'https://elsewhere.example/' } };

type Listener = (event: typeof OWN | { senderFrame: null }, ...args: unknown[]) => unknown;
const channels = new Map<string, Listener>();
const shellInfo = { userName: 'ana', hostName: 'desk', os: 'Linux 6' };
const listDisplaySources = jest.fn(async () => []);
const chooseDisplaySource = jest.fn();
const goodbyeSaid = jest.fn();
const credentials = {
  canSave: true,
  load: jest.fn(async () => 'kept'),
  save: jest.fn<(text: string) => Promise<void>>(async () => undefined),
};

function call(channel: string, event: Parameters<Listener>[0], ...args: unknown[]): unknown {
  return channels.get(channel)?.(event, ...args);
}

beforeEach(() => {
  jest.clearAllMocks();
  const listen = (channel: string, listener: Listener): unknown => channels.set(channel, listener);
  serveBridge({ handle: listen, on: listen }, page, {
    shellInfo,
    listDisplaySources,
    chooseDisplaySource,
    credentials,
    idleMs: () => 7_000,
    goodbyeSaid,
  });
});

describe('the main half of the bridge', () => {
  it('answers our own page', async () => {
    expect(call(IPC.getShellInfo, OWN)).toEqual(shellInfo);
    await expect(call(IPC.listDisplaySources, OWN)).resolves.toEqual([]);
    call(IPC.chooseDisplaySource, OWN, 'screen:1:0');
    expect(chooseDisplaySource).toHaveBeenCalledWith('screen:1:0');
    expect(call(IPC.canSaveCredential, OWN)).toBe(true);
    await expect(call(IPC.loadCredential, OWN)).resolves.toBe('kept');
    await call(IPC.saveCredential, OWN, 'new');
    expect(credentials.save).toHaveBeenCalledWith('new');
    expect(call(IPC.getIdleMs, OWN)).toBe(7_000);
    call(IPC.goodbyeSaid, OWN);
    expect(goodbyeSaid).toHaveBeenCalledTimes(1);
  });

  const toPage: readonly string[] = [IPC.goodbye, IPC.power];

  it.each(Object.values(IPC).filter((channel) => !toPage.includes(channel)))(
    'refuses others %s',
    (channel) => {
      expect(() => call(channel, FOREIGN)).toThrow(/own page/);
      expect(() => call(channel, { senderFrame: null })).toThrow(/own page/);
      expect(goodbyeSaid).not.toHaveBeenCalled();
    },
  );

  it('takes only a short text for an id or a credential', () => {
    expect(() => call(IPC.chooseDisplaySource, OWN, { id: 1 })).toThrow(TypeError);
    expect(() => call(IPC.saveCredential, OWN, 'x'.repeat(5_000))).toThrow(TypeError);
    expect(credentials.save).not.toHaveBeenCalled();
  });
});
