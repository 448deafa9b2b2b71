import { describe, expect, it } from '@jest/globals';
import { FakeServer, fakeDisplay } from './fakeMedia.ts';
import { createBench } from './publisherBench.ts';

/** Lets everything run that does not wait for the clock. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** A server that answers as long as `answering.now`. */
function answeringWhen(answering: { now: boolean }): FakeServer {
  return new FakeServer((work) => (answering.now ? work() : new Promise(() => undefined)));
}

const [one, two] = [fakeDisplay('display-1'), fakeDisplay('display-2')];

describe('a publisher that loses the server', () => {
  it('goes on sending while there is no signaling, and asks for nothing when it may go on', async () => {
    const { server, publisher, engine, link } = createBench();
    link.connect();
    publisher.setDisplays([one]);
    await settle();
    const asked = server.requested.length;
    link.lose();
    await settle();
    expect(engine.sending).toBe(2);
    expect(publisher.flowing).toBe(true);
    link.connect();
    await settle();
    expect(server.requested).toHaveLength(asked);
    expect(engine.sending).toBe(2);
  });

  it('publishes into the same session when the server was started again', async () => {
    const { server, publisher, link, engine } = createBench();
    link.connect();
    publisher.setDisplays([one]);
    await settle();
    const { sessionId } = publisher;
    link.lose();
    server.restart();
    link.connect();
    await settle();
    expect(publisher.sessionId).toBe(sessionId);
    expect(server.requested.filter((name) => name === 'start-streaming')).toHaveLength(1);
    expect(server.published).toHaveLength(2);
    expect(engine.sending).toBe(2);
  });

  it('begins another session when the grace is over', async () => {
    const { server, publisher, link } = createBench();
    link.connect();
    publisher.setDisplays([one]);
    await settle();
    const { sessionId } = publisher;
    link.lose();
    server.endGrace();
    link.connect();
    await settle();
    expect(publisher.sessionId).toBe(server.sessionId);
    expect(publisher.sessionId).not.toBe(sessionId);
    expect(server.published).toHaveLength(2);
    expect(one.full.readyState).toBe('live');
  });

  it('stops sending at once what is stopped while there is no signaling, and tells the server later', async () => {
    const { server, publisher, link, engine } = createBench();
    link.connect();
    publisher.setDisplays([one, two]);
    await settle();
    link.lose();
    publisher.setDisplays([two]);
    expect(engine.sending).toBe(2);
    expect(server.published).toHaveLength(4);
    link.connect();
    await settle();
    expect(server.published).toEqual(['display-2/full', 'display-2/small']);
  });

  it('ends, after a loss, the session of what was stopped meanwhile', async () => {
    const { server, publisher, link, engine } = createBench();
    link.connect();
    publisher.setDisplays([one]);
    await settle();
    const { sessionId } = publisher;
    link.lose();
    publisher.setDisplays([]);
    expect(engine.sending).toBe(0);
    publisher.setDisplays([fakeDisplay('display-1')]);
    link.connect();
    await settle();
    expect(publisher.sessionId).not.toBe(sessionId);
    expect(server.published).toHaveLength(2);
  });

  it('adopts the session whose opening was never answered', async () => {
    const answering = { now: false };
    const { server, publisher, link } = createBench(answeringWhen(answering));
    link.connect();
    publisher.setDisplays([one]);
    await settle();
    link.lose({ arrives: true });
    expect(server.sessionId).toBeDefined();
    answering.now = true;
    link.connect();
    await settle();
    expect(publisher.sessionId).toBe(server.sessionId);
    expect(server.refused).toEqual([]);
    expect(server.published).toHaveLength(2);
  });

  it.each([true, false])(
    'logs in anew when a producer’s answer is lost (it arrived: %p)',
    async (arrives) => {
      const answering = { now: true };
      const { server, publisher, link, engine } = createBench(answeringWhen(answering));
      link.connect();
      publisher.setDisplays([one]);
      await settle();
      answering.now = false;
      publisher.setDisplays([one, two]);
      await settle();
      link.lose({ arrives });
      expect(server.published).toHaveLength(arrives ? 3 : 2);
      publisher.setDisplays([one]);
      answering.now = true;
      link.connect();
      await settle();
      expect(server.published).toEqual(['display-1/full', 'display-1/small']);
      expect(engine.sending).toBe(2);
      expect(server.refused).toEqual([]);
    },
  );

  it('leaves an open session without anything in it for 30 s', async () => {
    const { server, publisher, link, clock } = createBench();
    server.sessionId = 'session-of-before';
    link.connect();
    await settle();
    clock.advance(29_999);
    expect(publisher.sessionId).toBe('session-of-before');
    clock.advance(1);
    await settle();
    expect(server.sessionId).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('publishes into the session that another window had left', async () => {
    const { server, publisher, link, clock } = createBench();
    server.sessionId = 'session-of-before';
    link.connect();
    publisher.setDisplays([one]);
    await settle();
    clock.advance(60_000);
    await settle();
    expect(publisher.sessionId).toBe('session-of-before');
    expect(server.published).toHaveLength(2);
  });

  it('is still paused after a loss, and after a restart of the server', async () => {
    const { server, publisher, engine, link } = createBench();
    link.connect();
    publisher.setDisplays([one]);
    await settle();
    link.lose();
    publisher.setPaused(true);
    expect(engine.sending).toBe(0);
    link.connect();
    await settle();
    expect(server.paused).toBe(true);
    link.lose();
    server.restart();
    server.paused = false;
    link.connect();
    await settle();
    expect(server.paused).toBe(true);
    expect(server.published).toEqual([]);
    publisher.setPaused(false);
    await settle();
    expect(engine.sending).toBe(2);
  });

  it('sends as something else what is sent again after a pause that the server was not told of', async () => {
    const { server, publisher, engine, link } = createBench();
    link.connect();
    publisher.setDisplays([one]);
    await settle();
    link.lose();
    publisher.setPaused(true);
    publisher.setPaused(false);
    await settle();
    expect(publisher.flowing).toBe(false);
    const asked = server.requested.length;
    link.connect();
    await settle();
    expect(server.requested.slice(asked)).toContain('produce');
    expect(engine.sending).toBe(2);
    expect(server.published).toHaveLength(2);
  });

  it('restarts a broken connection at once when the server can be asked again', async () => {
    const { server, publisher, engine, link } = createBench();
    link.connect();
    publisher.setDisplays([one]);
    await settle();
    link.lose();
    engine.changeState('broken');
    expect(publisher.flowing).toBe(false);
    link.connect();
    await settle();
    expect(server.requested.at(-1)).toBe('restart-ice');
    engine.changeState('connected');
    expect(publisher.flowing).toBe(true);
  });

  it('stops sending when the server will not have it any more', async () => {
    const { server, publisher, engine, link } = createBench();
    link.connect();
    publisher.setDisplays([one]);
    await settle();
    link.lose();
    publisher.forget();
    expect(engine.sending).toBe(0);
    expect(publisher.sessionId).toBeUndefined();
    expect(server.refused).toEqual([]);
  });
});
