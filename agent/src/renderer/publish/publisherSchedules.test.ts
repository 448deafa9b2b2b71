import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Display } from '../capture/display.ts';
import { FakeServer, fakeDisplay } from './fakeMedia.ts';
import { createBench } from './publisherBench.ts';

// Answers come often, so that things get done; the rest comes in between.
const STEPS = [
  ...(['answer', 'answer', 'answer', 'answer'] as const),
  ...(['share', 'stop-one', 'stop-all', 'pause', 'resume', 'wait'] as const),
  ...(['log-in', 'log-in', 'lose', 'lose-answers', 'restart', 'end-grace', 'lose-media'] as const),
] as const;

type Step = (typeof STEPS)[number];

/** What has arrived is dealt with before anything else can happen: in turns of promises, far less than these. */
async function dealWithArrived(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
}

it('ends with exactly what is wanted at the server, whatever comes between a request and its answer', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom(...STEPS), { maxLength: 40 }),
      async (scheduler, steps) => {
        const server = new FakeServer(scheduler.scheduleFunction((work: () => Promise<void>) => work()));
        const { publisher, engine, clock, link } = createBench(server);
        let displays: Display[] = [];
        let shared = 0;
        let publishAgain = false;

        function setDisplays(wanted: Display[]): void {
          displays = wanted;
          publisher.setDisplays(displays);
        }
        async function logIn(): Promise<void> {
          await dealWithArrived();
          if (link.connected) return;
          // The server keeps such a message for an agent that is away.
          if (publishAgain) publisher.publishAgain();
          publishAgain = false;
          link.connect();
        }

        const play: Record<Step, () => void | Promise<void>> = {
          share() {
            shared += 1;
            setDisplays([...displays, fakeDisplay(`display-${shared}`)]);
          },
          'stop-one'() {
            displays[0]?.close();
            setDisplays(displays.slice(1));
          },
          'stop-all'() {
            for (const display of displays) display.close();
            setDisplays([]);
          },
          async pause() {
            if (displays.length > 0) publisher.setPaused(true);
            await dealWithArrived();
            if (publisher.paused) expect(engine.sending).toBe(0);
          },
          resume: () => publisher.setPaused(false),
          'log-in': logIn,
          lose: () => link.lose(),
          'lose-answers': () => link.lose({ arrives: true }),
          restart() {
            link.lose();
            server.restart();
          },
          'end-grace'() {
            link.lose();
            server.endGrace();
          },
          'lose-media'() {
            server.loseMedia();
            if (server.sessionId === undefined) return;
            if (link.connected) publisher.publishAgain();
            else publishAgain = true;
          },
          wait: () => clock.advance(700),
          answer: async () => {
            if (scheduler.count() > 0) await scheduler.waitOne();
          },
        };
        let sameSession = true;
        for (const step of ['share', 'log-in', ...steps] as const) {
          await play[step]();
          if (displays.length === 0 || step === 'end-grace') sameSession = false;
        }
        await logIn();
        for (let round = 0; round < 12; round += 1) {
          await scheduler.waitIdle();
          clock.advance(10_000);
        }
        await scheduler.waitIdle();

        const wanted = displays.flatMap(({ trackId }) => [`${trackId}/full`, `${trackId}/small`]).sort();
        if (publisher.paused) {
          expect(engine.sending).toBe(0);
        } else {
          expect(server.published).toEqual(wanted);
          expect(engine.sending).toBe(wanted.length);
        }
        expect(server.sessionId !== undefined).toBe(displays.length > 0);
        expect(publisher.sessionId).toBe(server.sessionId);
        if (sameSession) {
          expect(server.requested.filter((name) => name === 'start-streaming')).toHaveLength(1);
        }
        if (server.sessionId !== undefined) expect(server.paused).toBe(publisher.paused);
        // What the server had lost already may be named once more; nothing else is ever out of place.
        const surprising = server.refused.filter((code) => !/^unknown-(transport|producer)$/.test(code));
        expect(surprising).toEqual([]);
        publisher.close();
        expect(clock.pending).toBe(0);
      },
    ),
    { numRuns: 500 },
  );
});
