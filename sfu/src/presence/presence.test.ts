import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Device } from '@sightline/shared';
import { FAKE_RTP } from '../media/fakeEngine.ts';
import { GRACE_MS, createScene, type Scene, type TestAgent } from './scene.ts';

let scene: Scene;
let device: Device;

beforeEach(async () => {
  scene = await createScene();
  device = await scene.enrol('ann');
});

/** Without what is only another look at the same state. */
const transitions = (): string[] => scene.broadcasts.filter((text) => !text.startsWith('updated'));

const rowOf = async (deviceId: string) =>
  (await scene.repositories.presence.connections()).find((row) => row.deviceId === deviceId);

const stateOf = (deviceId: string): string | undefined =>
  [...scene.presence.devices()].find((each) => each.deviceId === deviceId)?.state;

async function streaming(agent: TestAgent) {
  const { sessionId } = await scene.done(agent.admitted.startStreaming());
  const client = agent.admitted.client();
  const transport = await client.createTransport();
  await transport.connect({ fingerprints: [] });
  const { producer } = await client.produce({
    transportId: transport.id,
    trackId: 'display-1',
    label: 'Screen',
    source: 'full',
    kind: 'video',
    rtpParameters: FAKE_RTP,
  });
  return { sessionId, producer };
}

const sessionOf = async (sessionId: string) => scene.repositories.recordings.findSession(sessionId);

describe('a client', () => {
  it('is online, in the database too, when its login is answered', async () => {
    const agent = scene.connect(device);
    await expect(agent.login()).resolves.toMatchObject({ resumed: false, session: null, missedMessages: 0 });
    expect(await rowOf(device.deviceId)).toMatchObject({ state: 'online', connectionId: agent.connectionId });
    expect(transitions()).toEqual(['connected ann']);
  });

  it('keeps its session and its media when it comes back within the grace', async () => {
    const agent = scene.connect(device);
    const { ticket } = await agent.login();
    const { sessionId, producer } = await streaming(agent);
    agent.drop();
    expect(stateOf(device.deviceId)).toBe('reconnecting');
    scene.clock.advance(30_000);
    const back = scene.connect(device);
    await expect(back.relogin(ticket)).resolves.toMatchObject({ resumed: true, session: { sessionId } });
    expect(producer.closed).toBe(false);
    scene.clock.advance(10 * GRACE_MS);
    expect(stateOf(device.deviceId)).toBe('online');
    expect(producer.closed).toBe(false);
    expect(transitions()).toEqual(['connected ann', 'reconnecting ann', 'connected ann']);
  });

  it('is offline when the grace is over, and its session has ended', async () => {
    const agent = scene.connect(device);
    await agent.login();
    const { sessionId, producer } = await streaming(agent);
    agent.drop();
    scene.clock.advance(GRACE_MS);
    await scene.settle();
    expect(producer.closed).toBe(true);
    expect(await rowOf(device.deviceId)).toMatchObject({
      state: 'offline',
      sessionId: null,
      streaming: false,
    });
    expect(await sessionOf(sessionId)).toMatchObject({ endedAtMs: expect.any(Number) });
    expect(transitions()).toEqual(['connected ann', 'reconnecting ann', 'disconnected ann connection-lost']);
  });

  it('goes on with its session after the server was killed and started again', async () => {
    const agent = scene.connect(device);
    const { ticket } = await agent.login();
    const { sessionId } = await streaming(agent);
    await scene.restart(20_000);
    expect(stateOf(device.deviceId)).toBe('reconnecting');
    const back = scene.connect(device);
    await expect(back.relogin(ticket)).resolves.toMatchObject({ resumed: false, session: { sessionId } });
    scene.clock.advance(10 * GRACE_MS);
    expect(stateOf(device.deviceId)).toBe('online');
    expect(await sessionOf(sessionId)).toMatchObject({ endedAtMs: null });
  });
});
