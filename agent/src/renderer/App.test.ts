/** @jest-environment jsdom */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Enrolment } from '@sightline/shared';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createApp, nextTick, type App as VueApp } from 'vue';
import App from './App.vue';
import { createAgent, type Agent } from './agent.ts';
import { FakeTrack } from './capture/fakeTrack.ts';
import { createEnrolments } from './enrolment/enrolments.ts';
import { EnrolmentError } from './enrolment/exchange.ts';
import { readPageOptions } from './identity/pageOptions.ts';
import type { KeptPiece } from './local/piece.ts';
import { FakeEngine, FakeServer } from './publish/fakeMedia.ts';
import { FakeSocket } from './signaling/fakeSocket.ts';

const WELCOME = {
  clientId: 'c1',
  companyId: 'k1',
  userId: 'ana@desk',
  deviceName: 'Reception',
  recorded: true,
};
const ENROLLED = { deviceId: 'd1', credential: 'c-secret', deviceName: 'Desk' };

class FakeMediaStream extends EventTarget {}
Object.assign(globalThis, { MediaStream: FakeMediaStream });

let socket: FakeSocket;
let server: FakeServer;
let clock: ManualClock;
let agent: Agent;
let app: VueApp;
let denied: boolean;
/** How many screens are being recorded on this computer. */
let recordings: number;
let keptPieces: KeptPiece[];
let enrolled: Enrolment | undefined;
let exchanged: unknown[];
let exchangeAnswer: () => Promise<Enrolment>;

// Presence is answered by a script, media by a server that keeps the rules.
const MEDIA = /streaming|transport|produce|router|ice/;

function createSocket(): FakeSocket {
  const scripted = new FakeSocket();
  const ask = scripted.timeout.bind(scripted);
  const logIn = (how: 'by-ticket' | 'anew') => () => ({
    ok: true,
    data: { ...server.logIn(how), ticket: 't', missedMessages: 0 },
  });
  scripted.answers.set('client-connected', logIn('anew'));
  scripted.answers.set('relogin', logIn('by-ticket'));
  scripted.timeout = () => ({
    emitWithAck: (event, ...args: unknown[]) =>
      MEDIA.test(event) ? server.timeout().emitWithAck(event, args[0]) : ask().emitWithAck(event, ...args),
  });
  return scripted;
}

const getDisplayMedia = async (): Promise<MediaStream> => {
  if (denied) throw new DOMException('no', 'NotAllowedError');
  const track = new FakeTrack('video', { width: 1920, height: 1080 });
  const parts: Partial<MediaStream> = {
    getTracks: () => [track],
    getVideoTracks: () => [track],
    getAudioTracks: () => [],
  };
  return Object.assign(new EventTarget(), parts) as MediaStream;
};

async function mount(search: string, secret?: string): Promise<void> {
  server = new FakeServer();
  socket = createSocket();
  clock = createManualClock();
  const enrolments = createEnrolments({
    store: {
      load: async () => enrolled,
      problem: async () => undefined,
      save: async (saved) => void (enrolled = saved),
    },
    exchange: (order) => {
      exchanged.push(order);
      return exchangeAnswer();
    },
  });
  await enrolments.load();
  agent = createAgent({
    media: { getDisplayMedia },
    engine: new FakeEngine(),
    socket,
    readIdleMs: async () => undefined,
    local: {
      media: {
        recordSent: () => undefined,
        forgetSent: () => undefined,
        record: (_track, _times, { ended }) => {
          recordings += 1;
          return () => {
            recordings -= 1;
            ended();
          };
        },
      },
      folder: {
        list: async () => keptPieces,
        read: async () => new Blob(),
        amend: async () => undefined,
        remove: async () => undefined,
      },
      send: async () => undefined,
      sha256: async () => 'a'.repeat(64),
      pageMs: clock.nowMs,
    },
    monotonicMs: clock.nowMs,
    power: undefined,
    storage: window.localStorage,
    deviceId: () => enrolments.current?.deviceId,
    clock,
    random: () => 1,
    onListenerError: () => undefined,
  });
  document.body.innerHTML = '<div id="app"></div>';
  app = createApp(App, {
    agent,
    bridge: undefined,
    enrolments,
    secret,
    origin: 'https://sight.example',
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
  await settle();
  socket.receive('client-connected-success', WELCOME);
  await settle();
}

async function share(): Promise<void> {
  element('share')?.click();
  await settle();
}

function fill(selector: string, text: string): void {
  const input = document.querySelector<HTMLInputElement>(selector);
  if (input === null) throw new Error(`there is no ${selector}`);
  input.value = text;
  input.dispatchEvent(new Event('input'));
}

async function submit(): Promise<void> {
  document.querySelector('form')?.dispatchEvent(new Event('submit'));
  await settle();
  await settle();
}

const element = (testId: string): HTMLElement | null => document.querySelector(`[data-testid="${testId}"]`);
const root = (): DOMStringMap => element('agent')?.dataset ?? {};

beforeEach(() => {
  denied = false;
  recordings = 0;
  keptPieces = [];
  enrolled = ENROLLED;
  exchanged = [];
  exchangeAnswer = async () => ({ ...ENROLLED });
  window.localStorage.clear();
});
afterEach(() => app.unmount());

describe('enrolling on the page', () => {
  it('happens by itself with the link that was opened, and once', async () => {
    enrolled = undefined;
    await mount('?user=ana&host=desk', 's1');
    await settle();
    expect(exchanged).toMatchObject([{ secret: 's1', machine: { userName: 'ana', hostName: 'desk' } }]);
    await enter();
    expect(root()).toMatchObject({ connection: 'connected' });
    expect(element('device-name')?.textContent).toBe('Reception');
    expect(document.body.textContent).not.toContain('enrolled already');
  });

  it('asks for a link, and for a name where none is known', async () => {
    enrolled = undefined;
    await mount('');
    expect(element('enrolment')?.textContent).toContain('This device is not enrolled');
    expect(socket.attempts).toBe(0);
    fill('#device-user', 'Ana');
    fill('#enrolment-link', 'https://other.example/agent/#enrol=s2');
    await submit();
    expect(exchanged).toEqual([]);
    expect(element('enrolment')?.textContent).toContain('not an enrolment link of this server');
    fill('#enrolment-link', 'https://sight.example/agent/#enrol=s2');
    await submit();
    expect(exchanged).toMatchObject([{ secret: 's2', machine: { userName: 'Ana' } }]);
    expect(socket.attempts).toBe(1);
  });

  it('asks for no link where one was opened, only for the name', async () => {
    enrolled = undefined;
    await mount('', 's1');
    expect(element('enrolment-link')).toBeNull();
    fill('#device-user', 'Ana');
    await submit();
    expect(exchanged).toMatchObject([{ secret: 's1', machine: { userName: 'Ana' } }]);
  });

  it('says why it failed', async () => {
    enrolled = undefined;
    exchangeAnswer = () => Promise.reject(new EnrolmentError('The link is used up. Ask for another.'));
    await mount('?user=ana', 's1');
    await settle();
    expect(element('enrolment-problem')?.textContent).toContain('Ask for another');
    expect(element('enrolment-link')).not.toBeNull();
    expect(socket.attempts).toBe(0);
  });

  it('leaves a device that is enrolled already as it is, unless told otherwise', async () => {
    await mount('?user=ana', 's1');
    await enter();
    expect(exchanged).toEqual([]);
    expect(root()).toMatchObject({ connection: 'connected' });
    expect(document.body.textContent).toContain('enrolled already');
  });

  it('is offered again when the device was revoked, and everything shared has ended', async () => {
    await mount('?user=ana');
    await enter();
    await share();
    socket.receive('device-revoked', {});
    await settle();
    expect(root()).toMatchObject({ state: 'idle', connection: 'refused' });
    expect(document.querySelector('[role=alert]')?.textContent).toContain('Ask for a new enrolment link');
    expect(element('share')).toBeNull();
    element('enrol-again')?.click();
    await settle();
    fill('#enrolment-link', 's3');
    await submit();
    await enter();
    expect(root()).toMatchObject({ connection: 'connected' });
  });
});

describe('the page', () => {
  it('asks for a name that it has forgotten before it connects', async () => {
    await mount('');
    expect(socket.attempts).toBe(0);
    fill('#user-name', 'Ana');
    await submit();
    expect(socket.attempts).toBe(1);
    expect(element('who')?.textContent).toContain('Ana');
  });

  it('tells the user that they are seen, by how many, and that it is recorded', async () => {
    await mount('?user=ana');
    await enter();
    expect(element('notice')?.textContent).toContain('Nobody sees your screen');
    await share();
    expect(root()).toMatchObject({ state: 'streaming', connection: 'connected', sessionId: 'session-1' });
    expect(element('recorded')?.textContent.trim()).toBe('Recorded');
    socket.receive('recorded', { recorded: false }, 1);
    await settle();
    expect(element('recorded')?.textContent.trim()).toBe('Not recorded');
    socket.receive('watched', { viewers: 2 }, 2);
    await settle();
    expect(element('viewers')?.textContent.trim()).toBe('2 people are watching');
    element('stop')?.click();
    await settle();
    expect(root()).toMatchObject({ state: 'idle' });
  });

  it('says that the screen is still sent while only signaling is lost, and goes on', async () => {
    await mount('?user=ana');
    await enter();
    await share();
    socket.receive('watched', { viewers: 2 }, 1);
    socket.break();
    await settle();
    expect(root()).toMatchObject({ state: 'streaming', connection: 'lost', sessionId: 'session-1' });
    expect(element('notice')?.textContent).toContain('your screen is still sent');
    clock.advance(250);
    socket.open();
    await settle();
    expect(root()).toMatchObject({ state: 'streaming', connection: 'connected', sessionId: 'session-1' });
    expect(element('viewers')?.textContent.trim()).toBe('2 people are watching');
    expect(server.requested.filter((name) => name === 'produce')).toHaveLength(2);
  });

  it('says that the screen is recorded on this computer while the connection is lost, and not when paused', async () => {
    await mount('?user=ana');
    await enter();
    await share();
    expect(element('local-recording')).toBeNull();
    socket.break();
    await settle();
    expect(recordings).toBe(1);
    expect(element('local-recording')?.textContent).toContain('Recorded on this computer');
    element('pause')?.click();
    await settle();
    expect(recordings).toBe(0);
    expect(element('local-recording')).toBeNull();
  });

  it('says how much waits to be uploaded', async () => {
    const piece = { sessionId: 's1', trackId: 'display-1', label: 'Screen 1', clockOffsetMs: 0, bytes: 1 };
    keptPieces = ['a', 'b'].map((pieceId) => ({ ...piece, pieceId, fromMs: 0, durationMs: 60_000 }));
    await mount('?user=ana');
    await settle();
    await settle();
    expect(element('local-kept')?.textContent.replace(/\s+/g, ' ').trim()).toBe(
      'Kept on this computer, and not uploaded yet: 2 minutes.',
    );
  });

  it('says plainly that a pause sends nothing, and when it is over', async () => {
    await mount('?user=ana');
    await enter();
    await share();
    element('pause')?.click();
    await settle();
    expect(root()).toMatchObject({ state: 'paused', sessionId: 'session-1' });
    expect(element('notice')?.textContent).toContain('Nothing of your screen is sent');
    expect(server.paused).toBe(true);
    element('pause')?.click();
    await settle();
    expect(root()).toMatchObject({ state: 'streaming', sessionId: 'session-1' });
  });

  it('shares nothing any more when another window takes its place, until it is told to', async () => {
    await mount('?user=ana');
    await enter();
    await share();
    socket.receive('taken-over', {});
    await settle();
    expect(root()).toMatchObject({ state: 'idle', connection: 'refused' });
    expect(document.querySelector('[role=alert]')?.textContent).toContain('opened a second time');
    element('connect-again')?.click();
    await enter();
    expect(root()).toMatchObject({ connection: 'connected' });
  });

  it('says what to do when sharing was not allowed', async () => {
    denied = true;
    await mount('?user=ana');
    await enter();
    await share();
    expect(document.querySelector('[role=alert]')?.textContent).toContain('Sharing was not allowed');
    expect(root()).toMatchObject({ state: 'idle' });
  });

  it('starts by itself when its address says so', async () => {
    await mount('?user=ana&autostart=1');
    await enter();
    await settle();
    expect(root()).toMatchObject({ state: 'streaming' });
  });
});
