import { describe, expect, it } from '@jest/globals';
import { agentRequests, createRequester } from '@sightline/shared';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import * as fc from 'fast-check';
import type { Display } from '../capture/display.ts';
import { FakeEngine, FakeServer, fakeDisplay } from './fakeMedia.ts';
import { createPublisher, type Publisher } from './publisher.ts';

interface Bench {
  server: FakeServer;
  engine: FakeEngine;
  clock: ManualClock;
  publisher: Publisher;
  problems: (string | undefined)[];
}

function createBench(server = new FakeServer()): Bench {
  const engine = new FakeEngine();
  const clock = createManualClock();
  const problems: (string | undefined)[] = [];
  const publisher: Publisher = createPublisher({
    request: createRequester(server, agentRequests),
    reconnect() {
      server.forgetEverything();
      publisher.disconnected();
      publisher.connected();
    },
    engine,
    clock,
    onListenerError: (error) => {
      throw error;
    },
  });
  publisher.events.on('problem', (problem) => problems.push(problem?.message));
  return { server, engine, clock, publisher, problems };
}

/** Lets everything run that does not wait for the clock. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

const [one, two] = [fakeDisplay('display-1'), fakeDisplay('display-2')];

describe('publisher', () => {
  it('opens a session and produces full last, for whose sake the uplink is probed', async () => {
    const { server, publisher } = createBench();
    publisher.setDisplays([one]);
    publisher.connected();
    await settle();
    expect([...server.producers.values()].map(({ source }) => source)).toEqual(['small', 'full']);
    expect(publisher.sessionId).toBe(server.sessionId);
    expect(publisher.streams).toHaveLength(2);
  });

  it('adds and takes away displays within one session and one transport', async () => {
    const { server, publisher } = createBench();
    publisher.connected();
    publisher.setDisplays([one]);
    await settle();
    const { sessionId } = publisher;
    publisher.setDisplays([one, two]);
    await settle();
    publisher.setDisplays([two]);
    await settle();
    expect(server.published).toEqual(['display-2/full', 'display-2/small']);
    expect(publisher.sessionId).toBe(sessionId);
    expect(server.requested.filter((name) => name === 'create-transport')).toHaveLength(1);
  });

  it('ends the session with its last display, and uses the transport again in the next', async () => {
    const { server, publisher, engine } = createBench();
    publisher.connected();
    publisher.setDisplays([one]);
    await settle();
    publisher.setDisplays([]);
    expect(engine.sending).toBe(0);
    await settle();
    expect(server.sessionId).toBeUndefined();
    publisher.setDisplays([fakeDisplay('display-1')]);
    await settle();
    expect(server.published).toHaveLength(2);
    expect(server.requested.filter((name) => name === 'create-transport')).toHaveLength(1);
  });

  it('streams again by itself after the connection was lost, in a new session', async () => {
    const { server, publisher, engine } = createBench();
    publisher.connected();
    publisher.setDisplays([one]);
    await settle();
    const { sessionId } = publisher;
    server.forgetEverything();
    publisher.disconnected();
    await settle();
    expect(engine.sending).toBe(0);
    expect(publisher.sessionId).toBeUndefined();
    publisher.connected();
    await settle();
    expect(server.published).toHaveLength(2);
    expect(publisher.sessionId).not.toBe(sessionId);
    expect(one.full.readyState).toBe('live');
  });

  it('produces again in the same session when the server lost its media', async () => {
    const { server, publisher, engine } = createBench();
    publisher.connected();
    publisher.setDisplays([one, two]);
    await settle();
    const { sessionId } = publisher;
    server.loseMedia();
    publisher.publishAgain();
    await settle();
    expect(publisher.sessionId).toBe(sessionId);
    expect(server.published).toHaveLength(4);
    expect(engine.sending).toBe(4);
    expect(server.refused).toEqual([]);
  });

  it('tries again, later each time, what the server cannot do yet', async () => {
    const { server, publisher, clock, problems } = createBench();
    server.refuseNext.set('create-transport', 'media-unavailable');
    publisher.connected();
    publisher.setDisplays([one]);
    await settle();
    expect(problems.at(-1)).toBe('as the test wants it');
    server.refuseNext.set('create-transport', 'media-unavailable');
    clock.advance(500);
    await settle();
    clock.advance(500);
    await settle();
    expect(server.published).toEqual([]);
    clock.advance(500);
    await settle();
    expect(server.published).toHaveLength(2);
    expect(problems.at(-1)).toBeUndefined();
  });

  it('begins from nothing when it cannot know what the server has', async () => {
    const { server, publisher, clock } = createBench();
    server.refuseNext.set('produce', 'duplicate-producer');
    publisher.connected();
    publisher.setDisplays([one]);
    await settle();
    clock.advance(500);
    await settle();
    expect(server.published).toHaveLength(2);
  });

  it('restarts ICE while the transport is broken, and makes a new one if the server has it no more', async () => {
    const { server, publisher, engine, clock } = createBench();
    publisher.connected();
    publisher.setDisplays([one]);
    await settle();
    engine.changeState('broken');
    await settle();
    expect(server.requested.at(-1)).toBe('restart-ice');
    engine.changeState('connected');
    server.loseMedia();
    engine.changeState('broken');
    await settle();
    clock.advance(500);
    await settle();
    expect(server.published).toHaveLength(2);
    expect(engine.sending).toBe(2);
  });

  it('does nothing any more once closed', async () => {
    const { server, publisher, engine } = createBench();
    publisher.connected();
    publisher.setDisplays([one]);
    await settle();
    publisher.close();
    publisher.close();
    publisher.setDisplays([two]);
    await settle();
    expect(engine.sending).toBe(0);
    expect(server.published).not.toContain('display-2/full');
  });
});

type Step =
  'share' | 'stop-one' | 'stop-all' | 'connect' | 'lose-connection' | 'lose-media' | 'wait' | 'answer';
// Answers come often, so that things get done; the rest comes in between.
const STEPS: Step[] = [
  'answer',
  'answer',
  'answer',
  'share',
  'stop-one',
  'stop-all',
  'connect',
  'lose-connection',
  'lose-media',
  'wait',
  'answer',
];

it('ends with exactly what is wanted at the server, whatever comes between a request and its answer', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom(...STEPS), { maxLength: 40 }),
      async (scheduler, steps) => {
        const later = scheduler.scheduleFunction((work: () => Promise<unknown>) => work());
        const server = new FakeServer(async (work) => {
          let result: Awaited<ReturnType<typeof work>> | undefined;
          await later(async () => {
            result = await work();
          });
          if (result === undefined) throw new Error('socket has been disconnected');
          return result;
        });
        const { publisher, engine, clock } = createBench(server);
        let displays: Display[] = [];
        let shared = 0;
        const link = { connected: false };

        const play: Record<Step, () => void | Promise<void>> = {
          share() {
            shared += 1;
            displays = [...displays, fakeDisplay(`display-${shared}`)];
            publisher.setDisplays(displays);
          },
          'stop-one'() {
            displays[0]?.close();
            displays = displays.slice(1);
            publisher.setDisplays(displays);
          },
          'stop-all'() {
            for (const display of displays) display.close();
            displays = [];
            publisher.setDisplays(displays);
          },
          connect() {
            if (link.connected) return;
            link.connected = true;
            publisher.connected();
          },
          'lose-connection'() {
            link.connected = false;
            server.forgetEverything();
            publisher.disconnected();
          },
          'lose-media'() {
            server.loseMedia();
            if (server.sessionId !== undefined) publisher.publishAgain();
          },
          wait: () => clock.advance(700),
          answer: async () => {
            if (scheduler.count() > 0) await scheduler.waitOne();
          },
        };
        for (const step of ['share', 'connect', ...steps] as const) await play[step]();
        if (!link.connected) await play.connect();
        for (let round = 0; round < 12; round += 1) {
          await scheduler.waitIdle();
          clock.advance(10_000);
        }
        await scheduler.waitIdle();

        const wanted = displays.flatMap(({ trackId }) => [`${trackId}/full`, `${trackId}/small`]).sort();
        expect(server.published).toEqual(wanted);
        expect(engine.sending).toBe(wanted.length);
        expect(server.sessionId !== undefined).toBe(displays.length > 0);
        expect(publisher.sessionId).toBe(server.sessionId);
        // What the server had lost already may be named once more; nothing else is ever out of place.
        const surprising = server.refused.filter((code) => !/^unknown-(transport|producer)$/.test(code));
        expect(surprising).toEqual([]);
        publisher.close();
      },
    ),
    { numRuns: 500 },
  );
});
