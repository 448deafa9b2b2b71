import { agentRequests, createRequester, ProtocolError } from '@sightline/shared';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { FakeEngine, FakeServer } from './fakeMedia.ts';
import { createPublisher, type Publisher } from './publisher.ts';

/** A publisher between an engine and a server, both of them fakes. */
export interface Bench {
  server: FakeServer;
  engine: FakeEngine;
  clock: ManualClock;
  publisher: Publisher;
  problems: (string | undefined)[];
  link: Link;
}

/** Signaling, as the publisher sees it. */
export interface Link {
  connected: boolean;
  connect(): void;
  lose(how?: { arrives: boolean }): void;
}

/** Builds a {@link Bench}; its link is down. */
export function createBench(server = new FakeServer()): Bench {
  const engine = new FakeEngine();
  const clock = createManualClock();
  const problems: (string | undefined)[] = [];
  let ticket = false;
  const link: Link = {
    connected: false,
    connect() {
      if (link.connected) return;
      link.connected = true;
      const answer = server.logIn(ticket ? 'by-ticket' : 'anew');
      ticket = true;
      publisher.connected(answer);
    },
    lose(how = { arrives: false }) {
      if (!link.connected) return;
      link.connected = false;
      publisher.disconnected();
      server.cut(how);
    },
  };
  const ask = createRequester(server, agentRequests);
  const publisher: Publisher = createPublisher({
    request: (name, payload) =>
      link.connected ? ask(name, payload) : Promise.reject(new ProtocolError('not-connected', 'offline')),
    startOver() {
      ticket = false;
      if (!link.connected) return;
      link.lose();
      link.connect();
    },
    engine,
    clock,
    onListenerError: (error) => {
      throw error;
    },
  });
  publisher.events.on('problem', (problem) => problems.push(problem?.message));
  return { server, engine, clock, publisher, problems, link };
}
