import { beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { createFakeEngine, FAKE_RTP, type FakeEngine } from '../media/fakeEngine.ts';
import { ViewerClient } from '../viewers/viewerClient.ts';
import { clientView } from '../viewers/clientViews.ts';
import { AgentClient } from './agentClient.ts';
import { ClientDirectory } from './directory.ts';

const logger = createLogger('test', 'silent');
const DTLS = { fingerprints: [{ algorithm: 'sha-256' as const, value: 'AA' }] };

let engine: FakeEngine;
let directory: ClientDirectory;
let told: string[];

function connect(userName = 'ann'): AgentClient {
  const client = new AgentClient(
    { companyId: 'default', machine: { userName, hostName: 'desk', os: 'Linux' } },
    {
      engine,
      clock: createManualClock(1_000),
      events: directory.events,
      notifier: {
        watched: (viewers) => told.push(`watched ${viewers}`),
        publishAgain: () => told.push('publish again'),
      },
    },
  );
  directory.events.emit('connected', client);
  return client;
}

async function publish(client: AgentClient, trackId = 'display-1', source: 'full' | 'small' = 'full') {
  const transport = await client.createTransport();
  await transport.connect(DTLS);
  const order = { transportId: transport.id, trackId, label: 'Screen', source, kind: 'video' as const };
  return client.produce({ ...order, rtpParameters: FAKE_RTP });
}

function viewerOf(companyId: string): ViewerClient {
  return new ViewerClient(companyId, {
    engine,
    directory,
    notifier: {
      consumerClosed: (_id, reason) => told.push(`consumer ${reason}`),
      transportClosed: (_id, reason) => told.push(`transport ${reason}`),
    },
  });
}

async function watch(viewer: ViewerClient, routerId: string, producerId: string) {
  const { id: transportId } = await viewer.createTransport(routerId);
  return viewer.consume({ transportId, producerId, rtpCapabilities: {} });
}

beforeEach(() => {
  engine = createFakeEngine();
  directory = new ClientDirectory(logger);
  told = [];
});

describe('an agent', () => {
  it('shows its tracks with their producers', async () => {
    const client = connect();
    client.startStreaming();
    const full = await publish(client, 'display-1', 'full');
    const small = await publish(client, 'display-1', 'small');
    expect(clientView(client, () => 'recording')).toMatchObject({
      userId: 'ann@desk',
      session: { startedAtMs: 1_000 },
      tracks: [{ trackId: 'display-1', producers: { full: full.producer.id, small: small.producer.id } }],
    });
  });

  it('publishes only into a session', async () => {
    const client = connect();
    await expect(publish(client)).rejects.toMatchObject({ code: 'not-streaming' });
  });

  it('takes all it published with it when it leaves', async () => {
    const client = connect();
    client.startStreaming();
    const { producer } = await publish(client);
    client.close('connection-lost');
    expect(producer.closed).toBe(true);
    expect(directory.all()).toEqual([]);
    expect(directory.producer('default', producer.id)).toBeUndefined();
  });

  it('is told to publish again into the same session when its worker dies, and lands on a new router', async () => {
    const client = connect();
    const { sessionId } = client.startStreaming();
    const before = await publish(client);
    engine.killWorker();
    expect(told).toEqual(['publish again']);
    expect(client.published).toEqual([]);
    const after = await publish(client);
    expect(after.session.sessionId).toBe(sessionId);
    expect(after.router.id).not.toBe(before.router.id);
  });

  it('is not told to publish again when it was not streaming', async () => {
    const client = connect();
    await client.createTransport();
    engine.killWorker();
    expect(told).toEqual([]);
  });

  it('has its producer closed when the session ends while it is being made', async () => {
    const client = connect();
    client.startStreaming();
    const publishing = publish(client);
    await Promise.resolve();
    const rejected = expect(publishing).rejects.toMatchObject({ code: 'not-streaming' });
    client.stopStreaming('stopped');
    await rejected;
    expect(client.published).toEqual([]);
  });
});

describe('a viewer', () => {
  it('counts as watching while a consumer of his plays, however many he has', async () => {
    const client = connect();
    client.startStreaming();
    const full = await publish(client, 'display-1', 'full');
    const small = await publish(client, 'display-1', 'small');
    const viewer = viewerOf('default');
    const first = await watch(viewer, full.router.id, full.producer.id);
    const second = await watch(viewer, small.router.id, small.producer.id);
    expect(told).toEqual([]);
    await viewer.resumeConsumer(first.id);
    await viewer.resumeConsumer(second.id);
    await viewer.resumeConsumer(second.id);
    await viewer.pauseConsumer(first.id);
    expect(told).toEqual(['watched 1']);
    viewer.close();
    expect(told).toEqual(['watched 1', 'watched 0']);
  });

  it('sees nothing of another company: neither its routers nor its producers', async () => {
    const client = connect();
    client.startStreaming();
    const { producer, router } = await publish(client);
    const foreigner = viewerOf('other');
    expect(() => foreigner.routerCapabilities(router.id)).toThrow(
      expect.objectContaining({ code: 'unknown-router' }),
    );
    const theirs = await engine.placeAgent('other');
    await expect(watch(foreigner, theirs.router.id, producer.id)).rejects.toMatchObject({
      code: 'unknown-producer',
    });
  });

  it('is told why what he watched has ended', async () => {
    const client = connect();
    client.startStreaming();
    const { producer, router } = await publish(client);
    const viewer = viewerOf('default');
    await watch(viewer, router.id, producer.id);
    client.closeProducer(producer.id);
    expect(told).toEqual(['consumer producer-closed']);
    engine.killWorker();
    expect(told).toContain('transport worker-died');
  });
});
