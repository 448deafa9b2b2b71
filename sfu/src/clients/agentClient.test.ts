import { beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import type { Reach } from '../identity/authorise.ts';
import { createFakeEngine, FAKE_RTP, type FakeEngine } from '../media/fakeEngine.ts';
import { ViewerClient } from '../viewers/viewerClient.ts';
import { aDevice } from './aDevice.ts';
import { AgentClient } from './agentClient.ts';
import { ClientDirectory } from './directory.ts';

const logger = createLogger('test', 'silent');
const DTLS = { fingerprints: [{ algorithm: 'sha-256' as const, value: 'AA' }] };

let engine: FakeEngine;
let directory: ClientDirectory;
let told: string[];
let onRecord: () => Promise<void>;

function connect(userName = 'ann'): AgentClient {
  return new AgentClient(
    {
      device: aDevice({ userId: `${userName}@desk` }),
      machine: { userName, hostName: 'desk', os: 'Linux' },
      connectedAtMs: 1_000,
    },
    {
      engine,
      clock: createManualClock(1_000),
      events: directory.events,
      notifier: {
        watched: (viewers) => told.push(`watched ${viewers}`),
        publishAgain: () => told.push('publish again'),
        offerSent: (trackId) => told.push(`offer ${trackId}`),
      },
    },
  );
}

async function publish(client: AgentClient, trackId = 'display-1', source: 'full' | 'small' = 'full') {
  const transport = await client.createTransport();
  await transport.connect(DTLS);
  const order = { transportId: transport.id, trackId, label: 'Screen', source, kind: 'video' as const };
  return client.produce({ ...order, rtpParameters: FAKE_RTP });
}

const within = (companyId: string, groups: 'all' | ReadonlySet<string> = 'all'): Reach => ({
  everywhere: false,
  companies: new Map([[companyId, groups]]),
});

function viewerOf(reach: Reach, accountId = 'sue'): ViewerClient {
  return new ViewerClient(
    { watcher: { accountId, name: accountId, address: '127.0.0.1' }, reach },
    {
      engine,
      directory,
      viewOnRecord: () => onRecord(),
      notifier: {
        consumerClosed: (_id, reason) => told.push(`consumer ${reason}`),
        transportClosed: (_id, reason) => told.push(`transport ${reason}`),
      },
    },
  );
}

async function watch(viewer: ViewerClient, routerId: string, producerId: string) {
  const { id: transportId } = await viewer.createTransport(routerId);
  return viewer.consume({ transportId, producerId, rtpCapabilities: {} });
}

beforeEach(() => {
  engine = createFakeEngine();
  directory = new ClientDirectory(logger);
  told = [];
  onRecord = () => Promise.resolve();
});

describe('an agent', () => {
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
    expect(directory.producer(within('acme'), producer.id)).toBeUndefined();
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

  it('keeps no transport that was under way when it logged in anew', async () => {
    const client = connect();
    const creating = client.createTransport();
    const refused = expect(creating).rejects.toMatchObject({ code: 'not-connected' });
    client.closeMedia();
    await refused;
    for (let count = 0; count < 4; count += 1) await client.createTransport();
    await expect(client.createTransport()).rejects.toMatchObject({ code: 'limit-reached' });
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
    const viewer = viewerOf(within('acme'));
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

  it('sees nothing before it is on record, and nothing at all if that fails or he has paused by then', async () => {
    const client = connect();
    client.startStreaming();
    const { producer, router } = await publish(client);
    const viewer = viewerOf(within('acme'));
    const consumer = await watch(viewer, router.id, producer.id);
    let resumed = 0;
    consumer.resume = () => Promise.resolve(void (resumed += 1));

    onRecord = () => Promise.reject(new Error('disk full'));
    await expect(viewer.resumeConsumer(consumer.id)).rejects.toThrow('disk full');
    expect(told).toEqual(['watched 1', 'watched 0']);

    const entered = Promise.withResolvers<undefined>();
    onRecord = () => entered.promise;
    const early = viewer.resumeConsumer(consumer.id);
    await viewer.pauseConsumer(consumer.id);
    const resuming = viewer.resumeConsumer(consumer.id);
    await viewer.pauseConsumer(consumer.id);
    entered.resolve(undefined);
    await Promise.all([early, resuming]);
    expect(resumed).toBe(0);
    await viewer.resumeConsumer(consumer.id);
    expect(resumed).toBe(1);
  });

  it('counts once, however many tabs his account has open', async () => {
    const client = connect();
    client.startStreaming();
    const { producer, router } = await publish(client);
    const tabs = [viewerOf(within('acme')), viewerOf(within('acme'))];
    for (const tab of tabs) {
      const { id } = await watch(tab, router.id, producer.id);
      await tab.resumeConsumer(id);
    }
    tabs[0]?.close();
    expect(told).toEqual(['watched 1']);
    tabs[1]?.close();
    expect(told).toEqual(['watched 1', 'watched 0']);
  });

  it('sees of a company only the groups within his reach, and stops seeing what leaves them', async () => {
    const client = connect();
    client.device = aDevice({ groupId: 'reception' });
    client.startStreaming();
    const { producer, router } = await publish(client);
    await expect(
      watch(viewerOf(within('acme', new Set(['office']))), router.id, producer.id),
    ).rejects.toMatchObject({ code: 'unknown-producer' });
    const viewer = viewerOf(within('acme', new Set(['reception'])));
    await watch(viewer, router.id, producer.id);
    viewer.dropUnreachable();
    expect(told).toEqual([]);
    client.device = aDevice({ groupId: 'office' });
    viewer.dropUnreachable();
    expect(told).toEqual(['consumer producer-closed']);
  });

  it('gets no consumer of what leaves his reach while it is being made', async () => {
    const client = connect();
    client.device = aDevice({ groupId: 'reception' });
    client.startStreaming();
    const { producer, router } = await publish(client);
    const viewer = viewerOf(within('acme', new Set(['reception'])));
    const { id: transportId } = await viewer.createTransport(router.id);
    const consuming = viewer.consume({ transportId, producerId: producer.id, rtpCapabilities: {} });
    client.device = aDevice({ groupId: 'office' });
    viewer.dropUnreachable();
    await expect(consuming).rejects.toMatchObject({ code: 'unknown-producer' });
  });

  it('sees nothing of another company: neither its routers nor its producers', async () => {
    const client = connect();
    client.startStreaming();
    const { producer, router } = await publish(client);
    const foreigner = viewerOf(within('other'));
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
    const viewer = viewerOf(within('acme'));
    await watch(viewer, router.id, producer.id);
    client.closeProducer(producer.id);
    expect(told).toEqual(['consumer producer-closed']);
    engine.killWorker();
    expect(told).toContain('transport worker-died');
  });
});
