import { randomUUID } from 'node:crypto';
import type { CloseReason, RtpParameters } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createClosing, withClosing } from './closing.ts';
import type {
  MediaConsumer,
  MediaEngine,
  MediaProducer,
  MediaRouter,
  MediaTransport,
  RecordingTap,
} from './types.ts';

/** A tap whose key frames and packets the test makes. */
export interface FakeTap extends RecordingTap {
  readonly keyFramesRequested: number;
  readonly flowing: boolean;
  /** A key frame goes out, and this many bytes with it. */
  sendKeyFrame(rtpTimestamp: number, bytes: number): void;
  /** Frames between key frames go out. */
  sendFrames(bytes: number): void;
}

/** A media engine in memory, for tests of what stands above the real one. */
export interface FakeEngine extends MediaEngine {
  /** This many more packets have come of every agent's stream. */
  receive(packets: number): void;
  /** What every producer's `activity` answers; at first nothing moves, and nobody is there. */
  activity: Awaited<ReturnType<MediaProducer['activity']>>;
  /** A packet comes for everybody who waits for one. */
  arrive(rtpTimestamp: number): void;
  readonly routers: MediaRouter[];
  readonly taps: FakeTap[];
  /** Ends all routers as the death of their worker does. */
  killWorker(): void;
}

const logger = createLogger('fake', 'silent');

/** The parameters that every fake stream has. */
export const FAKE_RTP: RtpParameters = {
  codecs: [{ mimeType: 'video/H264', payloadType: 96, clockRate: 90_000 }],
};

type Children = Set<(reason: CloseReason) => void>;

function createObject(parent: Children, reasonForChildren: CloseReason = 'router-closed') {
  const children: Children = new Set();
  const closeChildren = (reason: CloseReason): void => {
    for (const end of [...children]) end(reason);
  };
  const closing = createClosing(logger, () => closeChildren(reasonForChildren));
  const end = (reason: CloseReason): void => {
    closeChildren(reason);
    closing.ended(reason);
  };
  parent.add(end);
  closing.onClosed(() => parent.delete(end));
  return { closing, children, id: randomUUID() };
}

/** Builds a {@link FakeEngine}. */
export function createFakeEngine(): FakeEngine {
  const worker: Children = new Set();
  const routers: MediaRouter[] = [];
  const taps: FakeTap[] = [];
  const producers = new Map<string, Children>();
  let waiting: ((rtpTimestamp: number) => void)[] = [];
  let received = 0;

  const createTap = (ofProducer: Children): FakeTap => {
    const object = createObject(ofProducer);
    const listeners: ((rtpTimestamp: number) => void)[] = [];
    let requested = 0;
    let flowing = false;
    let sent = { packetsSent: 0, bytesSent: 0 };
    const sendFrames = (bytes: number): void => {
      sent = { packetsSent: sent.packetsSent + Math.ceil(bytes / 1_200), bytesSent: sent.bytesSent + bytes };
    };
    return withClosing(object.id, object.closing, {
      rtpParameters: FAKE_RTP,
      connect: () => Promise.resolve(),
      resume: () => {
        flowing = true;
        return Promise.resolve();
      },
      get flowing() {
        return flowing;
      },
      requestKeyFrame: () => {
        requested += 1;
        return Promise.resolve();
      },
      onKeyFrame: (listener: (rtpTimestamp: number) => void) => void listeners.push(listener),
      onPacket: () => () => undefined,
      stats: () => Promise.resolve(sent),
      sendKeyFrame(rtpTimestamp: number, bytes: number) {
        for (const listener of listeners) listener(rtpTimestamp);
        sendFrames(bytes);
      },
      sendFrames,
      get keyFramesRequested() {
        return requested;
      },
    });
  };

  const createProducer = (transport: Children, kind: 'audio' | 'video'): MediaProducer => {
    const object = createObject(transport, 'producer-closed');
    producers.set(object.id, object.children);
    object.closing.onClosed(() => producers.delete(object.id));
    return withClosing(object.id, object.closing, {
      kind,
      packetsReceived: () => Promise.resolve(received),
      activity: () => Promise.resolve(engine.activity),
      nextPacket: () => {
        const { promise, resolve } = Promise.withResolvers<number | undefined>();
        waiting.push(resolve);
        return promise;
      },
    });
  };

  const createTransport = (router: Children): MediaTransport => {
    const object = createObject(router);
    let connected = false;
    return withClosing(object.id, object.closing, {
      get connected() {
        return connected;
      },
      options: {
        transportId: object.id,
        iceParameters: { usernameFragment: 'u', password: 'p' },
        iceCandidates: [],
        dtlsParameters: { fingerprints: [{ algorithm: 'sha-256' as const, value: 'AA' }] },
      },
      connect: () => {
        connected = true;
        return Promise.resolve();
      },
      restartIce: () => Promise.resolve({ usernameFragment: 'u2', password: 'p2' }),
      produce: ({ kind }: { kind: 'audio' | 'video' }) =>
        Promise.resolve(createProducer(object.children, kind)),
      consume: ({ producerId }: { producerId: string }) => {
        const { closing, id } = createObject(producers.get(producerId) ?? new Set());
        const consumer: MediaConsumer = withClosing(id, closing, {
          producerId,
          kind: 'video' as const,
          rtpParameters: FAKE_RTP,
          resume: () => Promise.resolve(),
          pause: () => Promise.resolve(),
        });
        return Promise.resolve(consumer);
      },
    });
  };

  const createRouter = (companyId: string): MediaRouter => {
    const object = createObject(worker);
    const router: MediaRouter = withClosing(object.id, object.closing, {
      companyId,
      capabilities: {},
      createTransport: () => Promise.resolve(createTransport(object.children)),
      createTap: (producerId: string) => {
        const tap = createTap(producers.get(producerId) ?? new Set());
        taps.push(tap);
        return Promise.resolve(tap);
      },
    });
    routers.push(router);
    return router;
  };

  const engine: FakeEngine = {
    activity: { bitrateBps: 0, senderThere: false },
    routers,
    taps,
    placeAgent(companyId) {
      const router =
        routers.find((each) => each.companyId === companyId && !each.closed) ?? createRouter(companyId);
      return Promise.resolve({ router, release: () => undefined });
    },
    router: (routerId) => routers.find((each) => each.id === routerId && !each.closed),
    receive(packets) {
      received += packets;
    },
    arrive(rtpTimestamp) {
      const told = waiting;
      waiting = [];
      for (const resolve of told) resolve(rtpTimestamp);
    },
    killWorker() {
      for (const end of [...worker]) end('worker-died');
    },
    close: () => undefined,
  };
  return engine;
}
