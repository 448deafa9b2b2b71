/** @jest-environment jsdom */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createApp, nextTick, type App as VueApp } from 'vue';
import type { AgentBridge } from '../bridge.ts';
import App from './App.vue';
import { createAgent, type Agent } from './agent.ts';
import { FakeTrack } from './capture/fakeTrack.ts';
import { readPageOptions } from './identity/pageOptions.ts';
import { FakeEngine, FakeServer } from './publish/fakeMedia.ts';
import { FakeSocket } from './signaling/fakeSocket.ts';

const WELCOME = { clientId: 'c1', companyId: 'k1', userId: 'ana@desk', recorded: true };

class FakeMediaStream extends EventTarget {}
Object.assign(globalThis, { MediaStream: FakeMediaStream });

let socket: FakeSocket;
let clock: ManualClock;
let agent: Agent;
let app: VueApp;
let denied: boolean;

function mount(search: string, bridge?: AgentBridge): void {
  const server = new FakeServer();
  socket = new FakeSocket();
  const ask = socket.timeout.bind(socket);
  // Presence is answered by the socket's script, media by a server that keeps the rules.
  const presence = new Set(['client-connected', 'time-sync', 'report-clock', 'app-closed']);
  socket.timeout = () => ({
    emitWithAck: (event, ...args: unknown[]) =>
      presence.has(event) ? ask().emitWithAck(event) : server.timeout().emitWithAck(event, args[0]),
  });
  clock = createManualClock();
  agent = createAgent({
    media: {
      getDisplayMedia: async () => {
        if (denied) throw new DOMException('no', 'NotAllowedError');
        const track = new FakeTrack('video', { width: 1920, height: 1080 });
        const parts: Partial<MediaStream> = {
          getTracks: () => [track],
          getVideoTracks: () => [track],
          getAudioTracks: () => [],
        };
        return Object.assign(new EventTarget(), parts) as MediaStream;
      },
    },
    engine: new FakeEngine(),
    socket,
    clock,
    onListenerError: () => undefined,
  });
  document.body.innerHTML = '<div id="app"></div>';
  app = createApp(App, {
    agent,
    bridge,
    clock,
    reportError(error: unknown) {
      throw error;
    },
    machineSources: {
      options: readPageOptions(search),
      shell: undefined,
      storage: window.localStorage,
      platform: 'Linux',
    },
  });
  app.mount('#app');
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  await nextTick();
}

async function enter(): Promise<void> {
  socket.open();
  socket.receive('client-connected-success', WELCOME);
  await settle();
}

const element = (testId: string): HTMLElement | null => document.querySelector(`[data-testid="${testId}"]`);
const root = (): DOMStringMap => element('agent')?.dataset ?? {};

beforeEach(() => {
  denied = false;
  window.localStorage.clear();
});
afterEach(() => app.unmount());

describe('the page', () => {
  it('asks who is there before it connects, and remembers', async () => {
    mount('');
    expect(socket.attempts).toBe(0);
    const input = document.querySelector<HTMLInputElement>('#user-name');
    if (input !== null) input.value = 'Ana';
    input?.dispatchEvent(new Event('input'));
    document.querySelector('form')?.dispatchEvent(new Event('submit'));
    await settle();
    expect(socket.attempts).toBe(1);
    expect(element('who')?.textContent).toContain('Ana');
  });

  it('tells the user that they are seen, by how many, and that it is recorded', async () => {
    mount('?user=ana');
    await enter();
    expect(element('notice')?.textContent).toContain('Nobody sees your screen');
    element('share')?.click();
    await settle();
    expect(root()).toMatchObject({ state: 'streaming', connection: 'connected', sessionId: 'session-1' });
    expect(element('recorded')?.textContent.trim()).toBe('Recorded');
    socket.receive('recorded', { recorded: false });
    await settle();
    expect(element('recorded')?.textContent.trim()).toBe('Not recorded');
    socket.receive('watched', { viewers: 2 });
    await settle();
    expect(element('viewers')?.textContent.trim()).toBe('2 people are watching');
    element('stop')?.click();
    await settle();
    expect(root()).toMatchObject({ state: 'idle' });
  });

  it('says that nobody sees the screen while the server is away', async () => {
    mount('?user=ana');
    await enter();
    element('share')?.click();
    await settle();
    socket.break('transport close');
    await settle();
    expect(root()).toMatchObject({ state: 'waiting', connection: 'lost' });
    expect(element('notice')?.textContent).toContain('Nobody sees it now');
    expect(element('viewers')).toBeNull();
  });

  it('says what to do when sharing was not allowed', async () => {
    denied = true;
    mount('?user=ana');
    await enter();
    element('share')?.click();
    await settle();
    expect(document.querySelector('[role=alert]')?.textContent).toContain('Sharing was not allowed');
    expect(root()).toMatchObject({ state: 'idle' });
  });

  it('starts by itself when its address says so', async () => {
    mount('?user=ana&autostart=1');
    await enter();
    await settle();
    expect(root()).toMatchObject({ state: 'streaming' });
  });
});
