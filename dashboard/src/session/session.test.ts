import { describe, expect, it } from '@jest/globals';
import type { Me } from '@sightline/shared';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { ApiError } from '../api/apiError.ts';
import { createSession, type Session } from './session.ts';

const somebody: Me = {
  accountId: 'a1',
  email: 'ada@example.test',
  name: 'Ada',
  grants: [],
  mustChangePassword: false,
  hasPassword: true,
  hasTotp: false,
};

function build(...answers: (Me | ApiError)[]): {
  session: Session;
  store: { me: Me | undefined; trouble: string | undefined };
  clock: ManualClock;
  left: string[];
} {
  const left: string[] = [];
  const clock = createManualClock();
  const store: { me: Me | undefined; trouble: string | undefined } = { me: undefined, trouble: undefined };
  const session = createSession({
    identity: {
      me: async () => {
        const answer = answers.shift();
        if (answer === undefined) throw new Error('asked too often');
        if (answer instanceof ApiError) throw answer;
        return answer;
      },
      signOut: async () => undefined,
      signOutEverywhere: async () => undefined,
    },
    store,
    clock,
    leave: (why) => left.push(why),
  });
  return { session, store, clock, left };
}
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const nobody = new ApiError(401, 'not-signed-in', 'Sign in first.');

describe('the session', () => {
  it('is asked for once, however many pages want it', async () => {
    const { session } = build(somebody);
    await expect(Promise.all([session.whoIsThere(), session.whoIsThere()])).resolves.toEqual([
      somebody,
      somebody,
    ]);
  });

  it('is none when the server says so, and nothing is left behind for that', async () => {
    const { session, left } = build(nobody);
    session.ended();
    await expect(session.whoIsThere()).resolves.toBeUndefined();
    expect(left).toEqual([]);
  });

  it('is asked for until the server can be reached', async () => {
    const { session, store, clock } = build(new ApiError(0, 'unreachable', 'Not there.'), somebody);
    const found = session.whoIsThere();
    await settle();
    expect(store.trouble).toBe('Not there.');
    clock.advance(2_000);
    await expect(found).resolves.toEqual(somebody);
    expect(store.trouble).toBeUndefined();
  });

  it('ends once, whoever ends it', async () => {
    const { session, store, left } = build(somebody);
    await session.whoIsThere();
    await session.signOut();
    session.ended();
    expect([left, store.me]).toEqual([['signed-out'], undefined]);
  });

  it('that ended elsewhere says so', async () => {
    const { session, left } = build(somebody);
    await session.whoIsThere();
    session.ended();
    expect(left).toEqual(['ended']);
  });
});
