import { expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import { keepSessionsInUse } from './sessionsInUse.ts';
import type { SocketData } from './sockets.ts';

const tabOf = (sessionHash: string): { data: SocketData } => ({
  data: {
    signedIn: {
      principal: { accountId: 'sue', name: 'Sue', grants: [] },
      sessionHash,
      mustChangePassword: false,
    },
  },
});

it('keeps the session of every open dashboard, once however many tabs it has', () => {
  const clock = createManualClock();
  const kept: (readonly string[])[] = [];
  const sockets = new Map([
    ['1', tabOf('desk')],
    ['2', tabOf('desk')],
    ['3', tabOf('phone')],
  ]);
  const sessions = { keep: (hashes: readonly string[]) => Promise.resolve(void kept.push(hashes)) };
  const stop = keepSessionsInUse({ viewers: { sockets }, sessions, clock });
  clock.advance(15 * 60_000);
  expect(kept).toEqual([['desk', 'phone']]);
  sockets.clear();
  clock.advance(60 * 60_000);
  expect(kept).toHaveLength(1);
  stop();
  expect(clock.pending).toBe(0);
});
