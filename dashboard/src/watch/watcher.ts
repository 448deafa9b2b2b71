import type { Clock } from '@sightline/shared';
import type { ViewerRequester } from '../signaling/viewerConnection.ts';
import type { EngineTransport, MediaEngine } from './engine.ts';
import { createReceiveTransport, type ReceiveTransport } from './receiveTransport.ts';
import {
  createSharedConsumer,
  type SharedConsumer,
  type StreamLease,
  type StreamState,
} from './sharedConsumer.ts';

/** Where a stream is to be had. */
export interface StreamAddress {
  routerId: string;
  producerId: string;
}

/** Everything that this page receives: a transport per router, a consumer per producer. */
export interface Watcher {
  /** Makes device and transport of the routers ahead of need. */
  warm(routerIds: ReadonlySet<string>): void;
  /** Asks for a stream. Leases on the same producer share its consumer. */
  lease(address: StreamAddress, observe: (state: StreamState) => void): StreamLease;
  /** The transports that are open now. */
  transports(): EngineTransport[];
  /** Signaling is there (again): everything that is wanted is set up. */
  connected(): void;
  /** Signaling is lost, and with it, at the server, all transports. */
  disconnected(): void;
  transportClosed(transportId: string): void;
  consumerClosed(consumerId: string): void;
  close(): void;
}

/** Builds the {@link Watcher}, without a connection at first. */
export function createWatcher(deps: {
  request: ViewerRequester;
  engine: MediaEngine;
  clock: Clock;
  onError: (error: unknown) => void;
}): Watcher {
  const { request, clock, onError } = deps;
  const transports = new Map<string, ReceiveTransport>();
  const consumers = new Map<string, { routerId: string; shared: SharedConsumer }>();
  let wanted: ReadonlySet<string> = new Set();
  let isConnected = false;

  function transportOf(routerId: string): ReceiveTransport {
    const known = transports.get(routerId);
    if (known !== undefined) return known;
    const transport = createReceiveTransport({
      routerId,
      request,
      engine: deps.engine,
      clock,
      onError,
      onLost: (closedBy) => transportLost(routerId, closedBy),
    });
    transports.set(routerId, transport);
    return transport;
  }

  function transportLost(routerId: string, closedBy: 'server' | 'viewer'): void {
    for (const consumer of [...consumers.values()]) {
      if (consumer.routerId === routerId) consumer.shared.transportClosed(closedBy);
    }
  }

  function warmUp(): void {
    if (!isConnected) return;
    for (const routerId of wanted) transportOf(routerId).open().catch(onError);
  }

  function consumerOf({ routerId, producerId }: StreamAddress): SharedConsumer {
    const known = consumers.get(producerId);
    if (known !== undefined) return known.shared;
    const shared = createSharedConsumer({
      producerId,
      connected: isConnected,
      transport: transportOf(routerId),
      request,
      clock,
      onError,
      onUnused: () => {
        if (consumers.get(producerId)?.shared === shared) consumers.delete(producerId);
      },
    });
    consumers.set(producerId, { routerId, shared });
    return shared;
  }

  function disconnected(): void {
    isConnected = false;
    for (const { shared } of [...consumers.values()]) shared.setConnected(false);
    for (const transport of transports.values()) transport.transportClosed();
  }

  return {
    warm(routerIds) {
      wanted = routerIds;
      const inUse = new Set([...consumers.values()].map(({ routerId }) => routerId));
      for (const [routerId, transport] of transports) {
        // One that is open stays: it costs little, and its company's clients come back.
        const idle = transport.current === undefined && !wanted.has(routerId) && !inUse.has(routerId);
        if (idle) transports.delete(routerId);
      }
      warmUp();
    },
    lease: (address, observe) => consumerOf(address).lease(observe),
    transports: () => [...transports.values()].flatMap(({ current }) => current ?? []),
    connected() {
      isConnected = true;
      warmUp();
      for (const { shared } of [...consumers.values()]) shared.setConnected(true);
    },
    disconnected,
    transportClosed(transportId) {
      for (const transport of transports.values()) {
        if (transport.current?.transportId === transportId) transport.transportClosed();
      }
    },
    consumerClosed(consumerId) {
      for (const { shared } of [...consumers.values()]) {
        if (shared.consumerId === consumerId) shared.consumerClosed();
      }
    },
    close() {
      disconnected();
      for (const transport of transports.values()) transport.close();
      transports.clear();
    },
  };
}
