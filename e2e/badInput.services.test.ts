import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  AGENT_NAMESPACE,
  MAX_MESSAGE_BYTES,
  PROTOCOL_VERSION,
  RECORDER_NAMESPACE,
  VIEWER_NAMESPACE,
  agentRequests,
  createRequester,
  viewerRequests,
  type Ack,
  type RtpParameters,
} from '@sightline/shared';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { enrol } from './harness/enrolment.ts';
import { startStack, type Stack } from './harness/stack.ts';

const MACHINE = { userName: 'mallory', hostName: 'desk', os: 'Linux' };
const H264: RtpParameters = {
  mid: '0',
  codecs: [
    {
      mimeType: 'video/H264',
      payloadType: 96,
      clockRate: 90_000,
      parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f' },
    },
  ],
  encodings: [{ ssrc: 1_111 }],
};
const DTLS = { fingerprints: [{ algorithm: 'sha-256' as const, value: Array(32).fill('AB').join(':') }] };

let stack: Stack;
let cookie: string;
let good: Socket;
const sockets: Socket[] = [];

/** A connection that is given up by the test, not kept by the client. */
function connect(namespace: string, options: Partial<ManagerOptions & SocketOptions> = {}): Socket {
  const socket = io(`${stack.url}${namespace}`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    auth: { protocolVersion: PROTOCOL_VERSION },
    ...options,
  });
  sockets.push(socket);
  return socket;
}

/** A connection of a dashboard that has signed in. */
const connectViewer = (): Socket => connect(VIEWER_NAMESPACE, { extraHeaders: { cookie } });

/** A connection of a device that has just enrolled. */
async function connectAgent(): Promise<Socket> {
  const { credential } = await enrol(stack, { user: MACHINE.userName, host: MACHINE.hostName });
  return connect(AGENT_NAMESPACE, { auth: { protocolVersion: PROTOCOL_VERSION, credential } });
}

const logIn = (socket: Socket): Promise<Ack<unknown>> =>
  ask(socket, 'client-connected', { machine: MACHINE, lastSeenMessage: 0 });

const refusalOf = (socket: Socket): Promise<unknown> =>
  new Promise((resolve, reject) => {
    socket.on('connect', () => reject(new Error('it was let in')));
    socket.on('connect_error', (error: Error & { data?: unknown }) => resolve(error.data));
  });

const ask = (socket: Socket, event: string, payload: unknown): Promise<Ack<unknown>> =>
  socket.timeout(5_000).emitWithAck(event, payload);

async function streamingAgent(): Promise<{ socket: Socket; transportId: string }> {
  const socket = await connectAgent();
  await expect(logIn(socket)).resolves.toMatchObject({ ok: true });
  const request = createRequester(socket, agentRequests);
  await request('start-streaming', {});
  const { transportId } = await request('create-transport', {});
  await request('connect-transport', { transportId, dtlsParameters: DTLS });
  return { socket, transportId };
}

const order = (transportId: string, rtpParameters: RtpParameters) => ({
  transportId,
  trackId: 'display-1',
  label: 'Display 1',
  source: 'full',
  kind: 'video',
  rtpParameters,
});

beforeAll(async () => {
  stack = await startStack({ recorder: false });
  const { name, value } = (await stack.signIn()).cookie();
  cookie = `${name}=${value}`;
});

afterAll(() => stack.close());

beforeEach(async () => {
  good = connectViewer();
  await expect(ask(good, 'watch-clients', {})).resolves.toMatchObject({ ok: true });
});

afterEach(async () => {
  // Whatever a test did, a client that was there before is answered, over the connection that it had.
  await expect(ask(good, 'time-sync', {})).resolves.toMatchObject({ ok: true });
  for (const socket of sockets.splice(0)) socket.disconnect();
});

describe('bad input is answered by an error with a code', () => {
  it('unknown event', async () => {
    const socket = connectViewer();
    await expect(ask(socket, 'video-frame', {})).resolves.toMatchObject({
      ok: false,
      error: { code: 'unknown-event' },
    });
    await expect(ask(socket, 'toString', {})).resolves.toMatchObject({ error: { code: 'unknown-event' } });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'x'],
    ['missing fields', {}],
    ['a wrong type', { transportId: 1, dtlsParameters: [] }],
    ['a foreign prototype', JSON.parse('{"__proto__":{"transportId":"a"}}')],
  ])('payload of the wrong shape: %s', async (_what, payload) => {
    const socket = connectViewer();
    await expect(ask(socket, 'connect-transport', payload)).resolves.toMatchObject({
      ok: false,
      error: { code: 'bad-payload' },
    });
  });

  it.each([
    ['another', 99],
    ['none', undefined],
    ['not a number', '1'],
  ])('unsupported protocol version: %s', async (_what, protocolVersion) => {
    for (const namespace of [AGENT_NAMESPACE, VIEWER_NAMESPACE, RECORDER_NAMESPACE]) {
      const refused = connect(namespace, { auth: { protocolVersion } });
      await expect(refusalOf(refused)).resolves.toMatchObject({
        code: 'unsupported-protocol-version',
        message: expect.stringContaining(`this server speaks ${PROTOCOL_VERSION}`),
      });
    }
    await stack.sfu.line(/"code":"unsupported-protocol-version"/, 1_000);
  });

  it('a recorder without the secret', async () => {
    const refused = connect(RECORDER_NAMESPACE, {
      auth: { protocolVersion: PROTOCOL_VERSION, secret: 'guessed-guessed-guessed' },
    });
    await expect(refusalOf(refused)).resolves.toMatchObject({ code: 'unauthorised' });
  });

  it.each([
    ['none', undefined],
    ['not text', { credential: 1 }],
    ['forged', 'x'.repeat(43)],
    ['far too long', 'x'.repeat(100_000)],
  ])('an agent with a credential that is no device’s: %s', async (_what, credential) => {
    const refused = connect(AGENT_NAMESPACE, { auth: { protocolVersion: PROTOCOL_VERSION, credential } });
    await expect(refusalOf(refused)).resolves.toMatchObject({ code: 'unauthorised' });
  });

  it.each([
    ['none', undefined],
    ['forged', () => cookie.replace(/=.*/, `=${'x'.repeat(43)}`)],
    ['cut off', () => cookie.slice(0, -1)],
  ])('a dashboard with a cookie that is no session’s: %s', async (_what, forge) => {
    const refused = connect(VIEWER_NAMESPACE, {
      extraHeaders: forge === undefined ? {} : { cookie: forge() },
    });
    await expect(refusalOf(refused)).resolves.toMatchObject({ code: 'unauthorised' });
  });

  it.each([
    ['empty', ''],
    ['no ticket', 'not-a-ticket'],
    ['a ticket’s shape', 'a.b.c'],
  ])('a relogin with a ticket that is not ours: %s', async (_what, ticket) => {
    const socket = await connectAgent();
    await expect(ask(socket, 'relogin', { ticket, lastSeenMessage: 0 })).resolves.toMatchObject({
      error: { code: 'ticket-invalid' },
    });
  });

  it('consume of an unknown producer, and of one on another router', async () => {
    const { socket, transportId } = await streamingAgent();
    const { producerId } = await createRequester(socket, agentRequests)('produce', {
      ...order(transportId, H264),
      source: 'full',
      kind: 'video',
    });
    const viewer = createRequester(good, viewerRequests);
    const { clients } = await viewer('watch-clients', {});
    const routerId = clients.find((client) => client.tracks.length > 0)?.tracks[0]?.routerId ?? '';
    const { routerRtpCapabilities: rtpCapabilities } = await viewer('get-router-capabilities', { routerId });
    const transport = await viewer('create-transport', { routerId });
    await expect(
      ask(good, 'consume', { transportId: transport.transportId, producerId: 'unknown', rtpCapabilities }),
    ).resolves.toMatchObject({ error: { code: 'unknown-producer' } });
    await expect(
      ask(good, 'consume', { transportId: 'not-mine', producerId, rtpCapabilities }),
    ).resolves.toMatchObject({ error: { code: 'unknown-transport' } });
    await expect(
      ask(good, 'consume', {
        transportId: transport.transportId,
        producerId,
        rtpCapabilities: { codecs: [] },
      }),
    ).resolves.toMatchObject({ error: { code: 'cannot-consume' } });
    await expect(ask(good, 'create-transport', { routerId: 'unknown' })).resolves.toMatchObject({
      error: { code: 'unknown-router' },
    });
  });

  it('a transport of somebody else', async () => {
    const { transportId } = await streamingAgent();
    const { socket: other } = await streamingAgent();
    await expect(ask(other, 'produce', order(transportId, H264))).resolves.toMatchObject({
      error: { code: 'unknown-transport' },
    });
  });

  it('produce with a codec that the router has not', async () => {
    const { socket, transportId } = await streamingAgent();
    const vp9 = { ...H264, codecs: [{ mimeType: 'video/VP9', payloadType: 98, clockRate: 90_000 }] };
    await expect(ask(socket, 'produce', order(transportId, vp9))).resolves.toMatchObject({
      error: { code: 'unsupported-codec' },
    });
  });

  it('events out of order', async () => {
    const fresh = await connectAgent();
    await expect(ask(fresh, 'produce', order('none', H264))).resolves.toMatchObject({
      error: { code: 'not-connected' },
    });
    await expect(logIn(fresh)).resolves.toMatchObject({ ok: true });
    await expect(logIn(fresh)).resolves.toMatchObject({ error: { code: 'already-connected' } });
    await expect(ask(fresh, 'produce', order('none', H264))).resolves.toMatchObject({
      error: { code: 'not-streaming' },
    });
    await expect(ask(fresh, 'stop-streaming', {})).resolves.toMatchObject({
      error: { code: 'not-streaming' },
    });
    await expect(ask(fresh, 'start-streaming', {})).resolves.toMatchObject({ ok: true });
    await expect(ask(fresh, 'start-streaming', {})).resolves.toMatchObject({
      error: { code: 'already-streaming' },
    });
    const transport = await createRequester(fresh, agentRequests)('create-transport', {});
    await expect(ask(fresh, 'produce', order(transport.transportId, H264))).resolves.toMatchObject({
      error: { code: 'transport-not-connected' },
    });
  });

  it('the same stream twice', async () => {
    const { socket, transportId } = await streamingAgent();
    await expect(ask(socket, 'produce', order(transportId, H264))).resolves.toMatchObject({ ok: true });
    await expect(ask(socket, 'produce', order(transportId, H264))).resolves.toMatchObject({
      error: { code: 'duplicate-producer' },
    });
    const sameSsrc = { ...order(transportId, H264), trackId: 'display-2' };
    await expect(ask(socket, 'produce', sameSsrc)).resolves.toMatchObject({
      error: { code: 'duplicate-producer' },
    });
  });

  it('a message of 1 MB closes its connection, and the log says why', async () => {
    const socket = connectViewer();
    await expect(ask(socket, 'time-sync', {})).resolves.toMatchObject({ ok: true });
    const closed = new Promise((resolve) => socket.on('disconnect', resolve));
    socket.emit('time-sync', { junk: 'x'.repeat(1_000_000) });
    await closed;
    const [line] = await stack.sfu.line(/.*"code":"message-too-large".*/, 2_000);
    expect(JSON.parse(line)).toMatchObject({ limitBytes: MAX_MESSAGE_BYTES });
  });

  it('1,000 requests per second from one socket: some are refused, nobody else notices', async () => {
    const socket = connectViewer();
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => ask(socket, 'time-sync', {})));
    const refused = answers.filter((answer) => !answer.ok && answer.error.code === 'rate-limited');
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.filter((answer) => answer.ok).length).toBeGreaterThanOrEqual(500);
    await expect(ask(good, 'time-sync', {})).resolves.toMatchObject({ ok: true });
  });

  it('a page of another origin cannot connect', async () => {
    const foreign = connect(VIEWER_NAMESPACE, { extraHeaders: { cookie, origin: 'https://example.org' } });
    await expect(refusalOf(foreign)).resolves.toBeUndefined();
    await stack.sfu.line(/"code":"foreign-origin"/, 1_000);
  });
});
