import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Device } from '@sightline/shared';
import { GRACE_MS, createScene, type Scene } from './scene.ts';

let scene: Scene;
let device: Device;

beforeEach(async () => {
  scene = await createScene();
  device = await scene.enrol('ann');
});

/** Without what is only another look at the same state. */
const transitions = (): string[] => scene.broadcasts.filter((text) => !text.startsWith('updated'));

const stateOf = (): string | undefined =>
  [...scene.presence.devices()].find((each) => each.deviceId === device.deviceId)?.state;

const sessionOf = async (sessionId: string) => scene.repositories.recordings.findSession(sessionId);

describe('a client', () => {
  it('is online, in the database too, when its login is answered', async () => {
    const agent = scene.connect(device);
    await expect(agent.login()).resolves.toMatchObject({ resumed: false, session: null, missedMessages: 0 });
    expect(await scene.rowOf(device)).toMatchObject({ state: 'online', connectionId: agent.connectionId });
    expect(transitions()).toEqual(['connected ann']);
  });

  it('keeps its session and its media when it comes back within the grace', async () => {
    const agent = scene.connect(device);
    const { ticket } = await agent.login();
    const { sessionId, producer } = await agent.publish();
    agent.drop();
    expect(stateOf()).toBe('reconnecting');
    scene.clock.advance(30_000);
    const back = scene.connect(device);
    await expect(back.relogin(ticket)).resolves.toMatchObject({ resumed: true, session: { sessionId } });
    expect(producer.closed).toBe(false);
    scene.clock.advance(10 * GRACE_MS);
    expect(stateOf()).toBe('online');
    expect(producer.closed).toBe(false);
    expect(transitions()).toEqual(['connected ann', 'reconnecting ann', 'connected ann']);
  });

  it('is offline when the grace is over, and its session has ended', async () => {
    const agent = scene.connect(device);
    await agent.login();
    const { sessionId, producer } = await agent.publish();
    agent.drop();
    scene.clock.advance(GRACE_MS);
    await scene.settle();
    expect(producer.closed).toBe(true);
    expect(await scene.rowOf(device)).toMatchObject({
      state: 'offline',
      sessionId: null,
      streaming: false,
    });
    expect(await sessionOf(sessionId)).toMatchObject({ endedAtMs: expect.any(Number) });
    expect(transitions()).toEqual(['connected ann', 'reconnecting ann', 'disconnected ann connection-lost']);
  });

  it('goes on with its session after the server was killed and started again', async () => {
    const agent = scene.connect(device);
    const { ticket } = await agent.login();
    const { sessionId } = await agent.publish();
    await scene.restart(20_000);
    expect(stateOf()).toBe('reconnecting');
    const back = scene.connect(device);
    await expect(back.relogin(ticket)).resolves.toMatchObject({ resumed: false, session: { sessionId } });
    scene.clock.advance(10 * GRACE_MS);
    expect(stateOf()).toBe('online');
    expect(await sessionOf(sessionId)).toMatchObject({ endedAtMs: null });
  });

  it('is back at 59.9 s, and is not at 60.1 s', async () => {
    const early = scene.connect(device);
    const { ticket } = await early.login();
    early.drop();
    scene.clock.advance(59_900);
    const back = scene.connect(device);
    const second = await back.relogin(ticket);
    expect(stateOf()).toBe('online');
    back.drop();
    scene.clock.advance(60_100);
    expect(stateOf()).toBe('offline');
    await expect(scene.connect(device).relogin(second.ticket)).rejects.toMatchObject({
      code: 'ticket-unknown-client',
    });
  });

  it('has no timer left once it is back, and none when it has left', async () => {
    const agent = scene.connect(device);
    const { ticket } = await agent.login();
    agent.drop();
    await scene.settle();
    expect(scene.clock.pending).toBe(1);
    const back = scene.connect(device);
    await back.relogin(ticket);
    expect(scene.clock.pending).toBe(0);
    await scene.done(back.admitted.appClosed());
    back.drop();
    expect(scene.clock.pending).toBe(0);
  });

  it('keeps its grace when the wall clock is set, forward or back', async () => {
    const agent = scene.connect(device);
    await agent.login();
    agent.drop();
    scene.clock.moveWallClock(3_600_000);
    scene.clock.advance(GRACE_MS - 1);
    expect(stateOf()).toBe('reconnecting');
    scene.clock.moveWallClock(-7_200_000);
    scene.clock.advance(1);
    expect(stateOf()).toBe('offline');
  });

  it('is offline at once, and its session ends, when its user closes it', async () => {
    const agent = scene.connect(device);
    await agent.login();
    const { sessionId } = await agent.publish();
    await scene.done(agent.admitted.appClosed());
    agent.drop();
    expect(await scene.rowOf(device)).toMatchObject({ state: 'offline', sessionId: null });
    expect((await sessionOf(sessionId))?.endedAtMs).not.toBeNull();
    expect(transitions()).toEqual(['connected ann', 'disconnected ann app-closed']);
  });

  it('runs out its grace when what it said on closing was lost on the way', async () => {
    const agent = scene.connect(device);
    await agent.login();
    agent.drop();
    expect(stateOf()).toBe('reconnecting');
    scene.clock.advance(GRACE_MS);
    expect(transitions().at(-1)).toBe('disconnected ann connection-lost');
  });

  it('that logs in anew keeps its session and loses what it had published', async () => {
    const agent = scene.connect(device);
    await agent.login();
    const { sessionId, producer } = await agent.publish();
    agent.drop();
    const restarted = scene.connect(device);
    await expect(restarted.login()).resolves.toMatchObject({ resumed: false, session: { sessionId } });
    expect(producer.closed).toBe(true);
  });

  it('is told that nothing was kept when its media worker died while it was away', async () => {
    const agent = scene.connect(device);
    const { ticket } = await agent.login();
    const { sessionId } = await agent.publish();
    agent.drop();
    scene.engine.killWorker();
    const back = scene.connect(device);
    const answer = await back.relogin(ticket);
    expect(answer).toMatchObject({ resumed: false, session: { sessionId } });
    back.drop();
    // The answer may not have arrived: it is told again until it confirms.
    const again = scene.connect(device);
    await expect(again.relogin(ticket)).resolves.toMatchObject({ resumed: false });
    await scene.done(again.admitted.confirmTicket(answer.ticket));
    again.drop();
    await expect(scene.connect(device).relogin(answer.ticket)).resolves.toMatchObject({ resumed: true });
  });
});

describe('a takeover', () => {
  it('tells the connection before and closes it; its late end does nothing', async () => {
    const first = scene.connect(device);
    await first.login();
    const second = scene.connect(device);
    await second.login();
    expect(first.notices).toEqual(['taken-over']);
    expect(first.isDismissed).toBe(true);
    first.drop();
    scene.clock.advance(10 * GRACE_MS);
    expect(stateOf()).toBe('online');
    expect(await scene.rowOf(device)).toMatchObject({ connectionId: second.connectionId });
    expect(transitions()).toEqual(['connected ann']);
  });

  it('leaves whoever was ousted no way back by ticket, and no say', async () => {
    const first = scene.connect(device);
    const { ticket } = await first.login();
    const second = scene.connect(device);
    await second.login();
    await expect(first.admitted.appClosed()).rejects.toMatchObject({ code: 'not-connected' });
    await expect(scene.connect(device).relogin(ticket)).rejects.toMatchObject({
      code: 'reconnection-not-allowed',
    });
    expect(stateOf()).toBe('online');
  });

  it('during the grace ends the grace', async () => {
    const first = scene.connect(device);
    await first.login();
    first.drop();
    scene.clock.advance(GRACE_MS / 2);
    await scene.connect(device).login();
    scene.clock.advance(10 * GRACE_MS);
    expect(stateOf()).toBe('online');
  });

  it('by a ticket keeps what was published: the network noticed before the server did', async () => {
    const first = scene.connect(device);
    const { ticket } = await first.login();
    const { producer } = await first.publish();
    const second = scene.connect(device);
    await expect(second.relogin(ticket)).resolves.toMatchObject({ resumed: true });
    first.drop();
    expect(stateOf()).toBe('online');
    expect(producer.closed).toBe(false);
  });
});

describe('a login that is lost before it is answered', () => {
  it('leaves at once if it brought the client', async () => {
    const agent = scene.connect(device);
    const login = agent.login();
    agent.drop();
    await expect(login).rejects.toMatchObject({ code: 'not-connected' });
    expect(stateOf()).toBe('offline');
    await scene.settle();
    expect(await scene.rowOf(device)).toMatchObject({ state: 'offline' });
  });

  it('leaves the client its grace if it was there before', async () => {
    const agent = scene.connect(device);
    const { ticket } = await agent.login();
    const { producer } = await agent.publish();
    agent.drop();
    const back = scene.connect(device);
    const relogin = back.relogin(ticket);
    back.drop();
    await expect(relogin).rejects.toMatchObject({ code: 'not-connected' });
    expect(stateOf()).toBe('reconnecting');
    await expect(scene.connect(device).relogin(ticket)).resolves.toMatchObject({ resumed: true });
    expect(producer.closed).toBe(false);
  });

  it('may be made again over the same connection if it was refused', async () => {
    const agent = scene.connect(device);
    await expect(agent.relogin('no ticket')).rejects.toMatchObject({ code: 'ticket-invalid' });
    await expect(agent.login()).resolves.toMatchObject({ resumed: false });
    await expect(agent.login()).rejects.toMatchObject({ code: 'already-connected' });
  });
});

describe('when nothing can be written', () => {
  const breakDisk = (): (() => void) => {
    const { presence } = scene.repositories;
    const repaired = presence.write.bind(presence);
    presence.write = () => Promise.reject(new Error('disk full'));
    return () => {
      presence.write = repaired;
    };
  };

  it('a login is not answered, its connection is closed, and the client it brought is gone', async () => {
    const repair = breakDisk();
    const agent = scene.connect(device);
    await expect(agent.login()).rejects.toThrow('disk full');
    expect(agent.isDismissed).toBe(true);
    agent.drop();
    expect(stateOf()).toBe('offline');
    repair();
    scene.clock.advance(1_000);
    await scene.settle();
    expect(await scene.rowOf(device)).toMatchObject({ state: 'offline' });
  });

  it('no session is opened', async () => {
    const agent = scene.connect(device);
    await agent.login();
    const repair = breakDisk();
    await expect(agent.publish()).rejects.toThrow('disk full');
    repair();
    scene.clock.advance(1_000);
    await scene.settle();
    expect(await scene.rowOf(device)).toMatchObject({ state: 'online', sessionId: null });
    await expect(agent.publish()).resolves.toBeDefined();
  });
});

describe('without a grace', () => {
  it('a loss is a leave at once, and no ticket brings the client back', async () => {
    scene = await createScene(0);
    device = await scene.enrol('ann');
    const agent = scene.connect(device);
    const { ticket } = await agent.login();
    agent.drop();
    expect(transitions()).toEqual(['connected ann', 'disconnected ann connection-lost']);
    await expect(scene.connect(device).relogin(ticket)).rejects.toMatchObject({
      code: 'reconnection-not-allowed',
    });
  });
});

describe('tickets', () => {
  it('yield the same successor until that has arrived, after a restart of the server too', async () => {
    const agent = scene.connect(device);
    const { ticket } = await agent.login();
    agent.drop();
    const second = scene.connect(device);
    const { ticket: successor } = await second.relogin(ticket);
    second.drop();
    const third = scene.connect(device);
    await expect(third.relogin(ticket)).resolves.toMatchObject({ ticket: successor });
    await scene.restart();
    const fourth = scene.connect(device);
    await expect(fourth.relogin(ticket)).resolves.toMatchObject({ ticket: successor });
    await scene.done(fourth.admitted.confirmTicket(successor));
    fourth.drop();
    await expect(scene.connect(device).relogin(ticket)).rejects.toMatchObject({ code: 'ticket-spent' });
    await scene.restart();
    await expect(scene.connect(device).relogin(ticket)).rejects.toMatchObject({ code: 'ticket-spent' });
    await expect(scene.connect(device).relogin(successor)).resolves.toMatchObject({ session: null });
  });

  it('of another device are refused, and harm nobody', async () => {
    const other = await scene.enrol('bob');
    const bob = scene.connect(other);
    const { ticket } = await bob.login();
    await expect(scene.connect(device).relogin(ticket)).rejects.toMatchObject({ code: 'ticket-foreign' });
    expect(bob.isDismissed).toBe(false);
  });

  it('do not age while their connection lasts: a day later, a lost socket costs no picture', async () => {
    const agent = scene.connect(device);
    const { ticket } = await agent.login();
    const { producer } = await agent.publish();
    scene.clock.advance(24 * 3_600_000);
    agent.drop();
    scene.clock.advance(1_000);
    await expect(scene.connect(device).relogin(ticket)).resolves.toMatchObject({ resumed: true });
    expect(producer.closed).toBe(false);
  });

  it('are good for twelve hours', async () => {
    const agent = scene.connect(device);
    const { ticket } = await agent.login();
    agent.drop();
    scene.clock.advance(12 * 3_600_000);
    const back = scene.connect(device);
    await expect(back.relogin(ticket)).rejects.toMatchObject({ code: 'ticket-expired' });
    await expect(back.login()).resolves.toMatchObject({ resumed: false });
  });

  it('can be confirmed only while they are the newest', async () => {
    const agent = scene.connect(device);
    const { ticket } = await agent.login();
    agent.drop();
    const back = scene.connect(device);
    await back.relogin(ticket);
    await expect(back.admitted.confirmTicket(ticket)).rejects.toMatchObject({ code: 'ticket-spent' });
  });
});

describe('a restart of the server', () => {
  it('gives who was online a full grace from then on, and no more', async () => {
    await scene.connect(device).login();
    await scene.restart(3_600_000);
    scene.clock.advance(GRACE_MS - 11);
    expect(stateOf()).toBe('reconnecting');
    scene.clock.advance(11);
    expect(stateOf()).toBe('offline');
  });

  it('leaves who was reconnecting what is left of the grace', async () => {
    const agent = scene.connect(device);
    await agent.login();
    agent.drop();
    await scene.settle();
    await scene.restart(30_000);
    expect(stateOf()).toBe('reconnecting');
    scene.clock.advance(GRACE_MS / 2);
    await scene.settle();
    expect(stateOf()).toBe('offline');
    expect(await scene.rowOf(device)).toMatchObject({ state: 'offline' });
  });

  it('ends the session of who is past the grace, as of its end', async () => {
    const agent = scene.connect(device);
    await agent.login();
    const { sessionId } = await agent.publish();
    agent.drop();
    const deadlineMs = scene.clock.nowMs() + GRACE_MS;
    await scene.settle();
    await scene.restart(2 * GRACE_MS);
    expect(stateOf()).toBe('offline');
    expect(await sessionOf(sessionId)).toMatchObject({ endedAtMs: deadlineMs });
    expect(await scene.rowOf(device)).toMatchObject({ state: 'offline', sessionId: null });
  });

  it('does not make the grace longer when the clock was put back meanwhile', async () => {
    const agent = scene.connect(device);
    await agent.login();
    agent.drop();
    await scene.settle();
    await scene.restart(-3_600_000);
    scene.clock.advance(GRACE_MS);
    expect(stateOf()).toBe('offline');
  });

  it('in good order keeps sessions open and media closed', async () => {
    const agent = scene.connect(device);
    const { ticket } = await agent.login();
    const { sessionId, producer } = await agent.publish();
    await scene.done(scene.presence.close());
    expect(producer.closed).toBe(true);
    expect(agent.isDismissed).toBe(true);
    agent.drop();
    await scene.settle();
    expect(scene.clock.pending).toBe(0);
    await scene.restart();
    await expect(scene.connect(device).relogin(ticket)).resolves.toMatchObject({ session: { sessionId } });
  });
});

describe('a server that goes', () => {
  it('lets nobody log in any more: whoever did would be told that his session is over', async () => {
    const agent = scene.connect(device);
    await agent.login();
    await agent.publish();
    await scene.done(scene.presence.close());
    expect(() => scene.connect(device)).toThrow(expect.objectContaining({ code: 'not-connected' }));
  });
});

describe('a connection that does not log in', () => {
  const LOGIN_MS = 10_000;

  it('is closed after ten seconds, a refused ticket or not', async () => {
    const agent = scene.connect(device);
    await expect(agent.relogin('no ticket')).rejects.toMatchObject({ code: 'ticket-invalid' });
    scene.clock.advance(LOGIN_MS);
    expect(agent.isDismissed).toBe(true);
    await expect(agent.login()).rejects.toMatchObject({ code: 'already-connected' });
    expect(scene.clock.pending).toBe(0);
  });

  it('is closed before that if three more come; the one that is logged in stays', async () => {
    const current = scene.connect(device);
    await current.login();
    const [oldest, ...others] = Array.from({ length: 4 }, () => scene.connect(device));
    expect(oldest?.isDismissed).toBe(true);
    expect(others.map(({ isDismissed }) => isDismissed)).toEqual([false, false, false]);
    expect(current.isDismissed).toBe(false);
    for (const each of others) each.drop();
    expect(scene.clock.pending).toBe(0);
    scene.clock.advance(LOGIN_MS);
    expect(current.isDismissed).toBe(false);
  });
});

describe('a session', () => {
  it('is on disk when start-streaming is answered, and paused as its user left it after a restart', async () => {
    const agent = scene.connect(device);
    const { ticket } = await agent.login();
    const { sessionId } = await agent.publish();
    expect(await sessionOf(sessionId)).toMatchObject({ endedAtMs: null });
    await scene.done(agent.admitted.setPaused(true));
    await scene.restart();
    const back = scene.connect(device);
    await back.relogin(ticket);
    expect(back.admitted.client().paused).toBe(true);
    await scene.done(back.admitted.stopStreaming());
    expect((await sessionOf(sessionId))?.endedAtMs).not.toBeNull();
    await expect(back.admitted.setPaused(true)).rejects.toMatchObject({ code: 'not-streaming' });
  });
});
