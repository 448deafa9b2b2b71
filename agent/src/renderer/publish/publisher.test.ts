import { describe, expect, it } from '@jest/globals';
import { fakeDisplay } from './fakeMedia.ts';
import { createBench } from './publisherBench.ts';

/** Lets everything run that does not wait for the clock. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

const [one, two] = [fakeDisplay('display-1'), fakeDisplay('display-2')];

describe('publisher', () => {
  it('opens a session and produces full last, for whose sake the uplink is probed', async () => {
    const { server, publisher, link } = createBench();
    publisher.setDisplays([one]);
    link.connect();
    await settle();
    expect([...server.producers.values()].map(({ source }) => source)).toEqual(['small', 'full']);
    expect(publisher.sessionId).toBe(server.sessionId);
    expect(publisher.streams).toHaveLength(2);
  });

  it('adds and takes away displays within one session and one transport', async () => {
    const { server, publisher, link } = createBench();
    link.connect();
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
    const { server, publisher, engine, link } = createBench();
    link.connect();
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

  it('produces again in the same session when the server lost its media', async () => {
    const { server, publisher, engine, link } = createBench();
    link.connect();
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
    const { server, publisher, link, clock, problems } = createBench();
    server.refuseNext.set('create-transport', 'media-unavailable');
    link.connect();
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
    const { server, publisher, link, clock } = createBench();
    server.refuseNext.set('produce', 'duplicate-producer');
    link.connect();
    publisher.setDisplays([one]);
    await settle();
    clock.advance(500);
    await settle();
    expect(server.published).toHaveLength(2);
  });

  it('restarts ICE while the transport is broken, and makes a new one if the server has it no more', async () => {
    const { server, publisher, engine, clock, link } = createBench();
    link.connect();
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

  it('sends nothing while paused, in a session that stays open', async () => {
    const { server, publisher, engine, link } = createBench();
    link.connect();
    publisher.setDisplays([one]);
    await settle();
    publisher.setPaused(true);
    expect(engine.sending).toBe(0);
    publisher.setDisplays([one, two]);
    await settle();
    expect(server.paused).toBe(true);
    expect(server.published).toHaveLength(2);
    publisher.setPaused(false);
    expect(engine.sending).toBe(0);
    await settle();
    expect(server.paused).toBe(false);
    expect(engine.sending).toBe(4);
    expect(server.requested.filter((name) => name === 'start-streaming')).toHaveLength(1);
  });

  it('does nothing any more once closed', async () => {
    const { server, publisher, engine, link } = createBench();
    link.connect();
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
