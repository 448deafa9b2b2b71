import { ProtocolError, type Clock, type ErrorCode } from '@sightline/shared';
import type { ViewerRequester } from '../signaling/viewerConnection.ts';
import type { EngineConsumer } from './engine.ts';
import type { ReceiveTransport } from './receiveTransport.ts';

/**
 * What became of a wish to receive a stream. `waiting`: on its way, or lost and tried again by itself; `ended`: its producer has
 * closed; `unplayable`: this browser or the server cannot serve it.
 */
export type StreamState =
  | { status: 'waiting' | 'ended' }
  | { status: 'ready'; consumer: EngineConsumer }
  | { status: 'unplayable'; message: string };

/** One party's wish to receive a stream; the stream flows while any of its leases plays. */
export interface StreamLease {
  setPlaying(playing: boolean): void;
  close(): void;
}

/** The consumer of one producer, shared by all who hold a lease on it. */
export interface SharedConsumer {
  readonly producerId: string;
  /** The server's name for it, while it exists there. */
  readonly consumerId: string | undefined;
  /** Adds a lease that does not play yet; `observe` is called now and at every change. */
  lease(observe: (state: StreamState) => void): StreamLease;
  /** The server closed the consumer, for its producer is gone. */
  consumerClosed(): void;
  /**
   * Its transport is gone, and the consumer with it; it is made anew on the next one.
   *
   * @param closedBy which side gave the transport up; the server has to be told if it was this one.
   */
  transportClosed(closedBy: 'server' | 'viewer'): void;
  /** The connection to the server is there (again), or is lost. */
  setConnected(connected: boolean): void;
}

/** Delays before an attempt that failed is made again; the last one repeats. */
const RETRY_DELAYS_MS = [500, 1_000, 2_000, 5_000];

/** Refusals that only say that something was lost meanwhile, of which a notice tells too. */
const SELF_HEALING: ReadonlySet<ErrorCode> = new Set([
  'not-connected',
  'unknown-consumer',
  'unknown-transport',
]);

interface Current {
  consumerId: string;
  playing: boolean;
  consumer: EngineConsumer | undefined;
}

/**
 * Builds a {@link SharedConsumer}. What is wanted may change at any moment; one loop follows it step by
 * step, so that requests never overlap and nothing that was begun is left behind.
 */
export function createSharedConsumer(deps: {
  producerId: string;
  connected: boolean;
  transport: ReceiveTransport;
  request: ViewerRequester;
  clock: Clock;
  /** Nobody wants it any more, and the server knows. */
  onUnused: () => void;
  onError: (error: unknown) => void;
}): SharedConsumer {
  const { producerId, transport, request, clock } = deps;
  const leases = new Map<StreamLease, { playing: boolean; observe: (state: StreamState) => void }>();
  let connected = deps.connected;
  let state: StreamState = { status: 'waiting' };
  let current: Current | undefined;
  let running = false;
  /** Something was wished for since the loop last looked. */
  let changed = false;
  let failures = 0;
  let cancelRetry: (() => void) | undefined;

  const enter = (next: StreamState): void => {
    state = next;
    for (const { observe } of [...leases.values()]) observe(next);
  };

  async function run(): Promise<void> {
    changed = true;
    if (running) return;
    running = true;
    cancelRetry?.();
    while (changed) {
      changed = false;
      await settle();
    }
    running = false;
    if (leases.size === 0 && current === undefined) {
      cancelRetry?.();
      deps.onUnused();
    }
  }

  async function settle(): Promise<void> {
    try {
      while (await step());
      failures = 0;
    } catch (error) {
      failed(error);
    }
  }

  /** Brings what is one step closer to what is wanted; false when there is nothing to do. */
  async function step(): Promise<boolean> {
    if (leases.size === 0) return closeCurrent();
    if (!connected || state.status === 'ended' || state.status === 'unplayable') return false;
    if (current === undefined) return consume();
    const wanted = [...leases.values()].some(({ playing }) => playing);
    if (current.playing === wanted) return false;
    const target = current;
    await request(wanted ? 'resume-consumer' : 'pause-consumer', { consumerId: target.consumerId });
    target.playing = wanted;
    return true;
  }

  async function consume(): Promise<boolean> {
    const engineTransport = await transport.open();
    if (leases.size === 0) return false;
    const { consumerId, kind, rtpParameters } = await request('consume', {
      transportId: engineTransport.transportId,
      producerId,
      rtpCapabilities: engineTransport.rtpCapabilities,
    });
    const made: Current = { consumerId, playing: false, consumer: undefined };
    current = made;
    const consumer = await engineTransport.consume({ consumerId, producerId, kind, rtpParameters });
    if (current !== made) {
      consumer.close();
      return true;
    }
    made.consumer = consumer;
    enter({ status: 'ready', consumer });
    return true;
  }

  async function closeCurrent(): Promise<boolean> {
    const gone = forget();
    if (gone === undefined) return false;
    if (connected) await request('close-consumer', { consumerId: gone.consumerId });
    return true;
  }

  function forget(): Current | undefined {
    const gone = current;
    current = undefined;
    gone?.consumer?.close();
    return gone;
  }

  function failed(error: unknown): void {
    const code = error instanceof ProtocolError ? error.code : undefined;
    if (code === 'unknown-producer') {
      forget();
      enter({ status: 'ended' });
    } else if (code === 'cannot-consume') {
      enter({ status: 'unplayable', message: error instanceof Error ? error.message : '' });
    } else {
      // A consumer that the engine could not set up is of no use, here or at the server.
      const broken = current?.consumer === undefined || code === 'unknown-consumer' ? forget() : undefined;
      if (broken !== undefined && code !== 'unknown-consumer') closeLater(broken.consumerId);
      if (code === undefined || !SELF_HEALING.has(code)) deps.onError(error);
      // What was wished for meanwhile waits for the next attempt too, unless nothing is wished for any more.
      if (leases.size > 0) changed = false;
      const delayMs = RETRY_DELAYS_MS[Math.min(failures, RETRY_DELAYS_MS.length - 1)] ?? 0;
      failures += 1;
      cancelRetry?.();
      cancelRetry = clock.after(delayMs, () => void run());
    }
  }

  function closeLater(consumerId: string): void {
    request('close-consumer', { consumerId }).catch(deps.onError);
  }

  function lost(next: StreamState): void {
    forget();
    if (state.status !== 'ended') enter(next);
    void run();
  }

  return {
    producerId,
    get consumerId() {
      return current?.consumerId;
    },
    lease(observe) {
      const lease: StreamLease = {
        setPlaying(playing) {
          const held = leases.get(lease);
          if (held === undefined || held.playing === playing) return;
          held.playing = playing;
          void run();
        },
        close() {
          if (leases.delete(lease)) void run();
        },
      };
      leases.set(lease, { playing: false, observe });
      observe(state);
      void run();
      return lease;
    },
    consumerClosed: () => lost({ status: 'ended' }),
    transportClosed(closedBy) {
      if (current === undefined) return;
      if (closedBy === 'viewer') closeLater(current.consumerId);
      lost({ status: 'waiting' });
    },
    setConnected(next) {
      if (connected === next) return;
      connected = next;
      if (connected) void run();
      else lost({ status: 'waiting' });
    },
  };
}
