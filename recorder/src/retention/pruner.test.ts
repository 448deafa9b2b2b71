import { beforeEach, describe, expect, it } from '@jest/globals';
import { ProtocolError, type DeletionClaim } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import * as z from 'zod';
import { createFakeSfu } from '../control/fakeSfu.ts';
import { createProblems, type Problems } from './problems.ts';
import { createPruner, type Pruner } from './pruner.ts';

const logger = createLogger('test', 'silent');
const claimOf = (sessionId: string): DeletionClaim => ({
  claimId: `claim-${sessionId}`,
  cause: 'retention-age',
  companyId: 'acme',
  userId: 'ann',
  sessionId,
  sessionStartedAtMs: 1,
});

let claims: DeletionClaim[];
let withdrawn: string[];
let busy: string[];
let broken: string[];
let absent: string[];
let reachable: boolean;
let done: string[];
let problems: Problems;
let pruner: Pruner;

const request = createFakeSfu((name, payload) => {
  if (!reachable) throw new ProtocolError('not-connected', 'gone');
  if (name === 'claim-deletions') return { claims };
  const { claimId } = z.object({ claimId: z.string() }).parse(payload);
  if (name === 'begin-deletion' && withdrawn.includes(claimId))
    throw new ProtocolError('unknown-claim', 'held');
  done.push(`${name} ${claimId}`);
  return {};
});

beforeEach(() => {
  claims = ['s1', 's2', 's3'].map(claimOf);
  [withdrawn, busy, broken, absent, done] = [[], [], [], [], []];
  reachable = true;
  problems = createProblems({ clock: createManualClock(), logger });
  pruner = createPruner({
    request,
    isHere: async ({ sessionId }) => !absent.includes(sessionId),
    deleteSession: async ({ sessionId }) => {
      if (broken.includes(sessionId)) throw Object.assign(new Error('of acme'), { code: 'EIO' });
      done.push(`delete ${sessionId}`);
      return 10;
    },
    isBusy: async (sessionId) => busy.includes(sessionId),
    problems,
    logger,
  });
});

const ofClaim = (id: string): string[] => [
  `begin-deletion claim-${id}`,
  `delete ${id}`,
  `media-deleted claim-${id}`,
];
const codes = (): string[] => problems.list().map(({ code }) => code);

describe('pruning', () => {
  it('asks before each session, deletes, and reports', async () => {
    expect(await pruner.prune({ cause: 'retention' })).toBe(30);
    expect(done).toEqual(['s1', 's2', 's3'].flatMap(ofClaim));
  });

  it('stops when enough is free', async () => {
    expect(await pruner.prune({ cause: 'disk-full', bytesNeeded: 15 })).toBe(20);
    expect(done).toEqual(['s1', 's2'].flatMap(ofClaim));
  });

  it('touches nothing that was withdrawn meanwhile, or that is not complete yet', async () => {
    withdrawn = ['claim-s1'];
    busy = ['s3'];
    await pruner.prune({ cause: 'retention' });
    expect(done).toEqual(ofClaim('s2'));
    expect(codes()).toEqual([]);
  });

  it('deletes nothing without the sfu, and says so', async () => {
    reachable = false;
    expect(await pruner.prune({ cause: 'disk-full', bytesNeeded: 1 })).toBe(0);
    expect([done, codes()]).toEqual([[], ['cleanup-failed']]);
  });

  it('does not begin, nor report, what is not on this disk', async () => {
    absent = ['s1'];
    await pruner.prune({ cause: 'retention' });
    expect(done).toEqual([...ofClaim('s2'), ...ofClaim('s3')]);
    expect(codes()).toEqual(['cleanup-failed']);
    expect(problems.list()[0]?.message).toContain('mount');
  });

  it('goes on after a failure, shows it, and tries again', async () => {
    broken = ['s1'];
    expect(await pruner.prune({ cause: 'retention' })).toBe(20);
    expect(codes()).toEqual(['cleanup-failed']);
    expect(problems.list()[0]?.message).toContain('s1: EIO');
    broken = [];
    claims = [claimOf('s1')];
    await pruner.prune({ cause: 'retention' });
    expect([done.slice(-3), codes()]).toEqual([ofClaim('s1'), []]);
  });
});
