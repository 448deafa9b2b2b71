import { describe, expect, it } from '@jest/globals';
import { auditEntry, type AuditEntry, type CompanyLogEntry, type ExportOrder } from '@sightline/shared';
import { createManualClock } from '@sightline/shared/testing';
import { chainOn, findFault, type AuditEvent } from '../audit/chain.ts';
import type { RecordedMedia } from '../db/recordedMedia.ts';
import { createEvidenceCollector } from './collectEvidence.ts';

const ORDER: ExportOrder = {
  companyId: 'acme',
  from: { kind: 'user', userId: 'ann' },
  fromMs: 0,
  toMs: 9_000,
  output: { kind: 'evidence' },
};
const mediaOf = (sessionId: string, trackId: string): RecordedMedia => ({
  companyId: 'acme',
  userId: 'ann',
  userName: 'Ann',
  groupId: null,
  sessionId,
  sessionStartedAtMs: 1_000,
  trackId,
  byRecorder: new Map(),
});
const event = (action: AuditEvent['action'], details: AuditEvent['details']): AuditEvent => ({
  companyId: 'acme',
  atMs: 2_000,
  action,
  actor: { kind: 'account', id: 'cora', name: 'Cora' },
  address: null,
  details,
});

/** A log of which a page at a time can be read, as that of a database. */
const logOf = (entries: readonly AuditEntry[]) => ({
  list: ({
    action,
    beforeNumber = Infinity,
    limit,
  }: {
    action?: string;
    beforeNumber?: number;
    limit: number;
  }) =>
    Promise.resolve(
      entries
        .filter((entry) => entry.action === action && entry.number < beforeNumber)
        .toReversed()
        .slice(0, limit),
    ),
});

const collect = (entries: readonly AuditEntry[], seals: CompanyLogEntry[] = []) =>
  createEvidenceCollector({
    audit: logOf(entries),
    ledgers: { find: () => Promise.resolve(undefined) },
    seals: { lastOfSessions: () => Promise.resolve(seals) },
    clock: createManualClock(5_000),
  })(ORDER, [mediaOf('s1', 'display-1'), mediaOf('s1', 'display-2'), mediaOf('s2', 'display-1')]);

const linesOf = (text: string): AuditEntry[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => auditEntry.parse(JSON.parse(line)));

describe('the access history of a package', () => {
  it('has what was done to its sessions or with its user, in order, and nothing else', async () => {
    const entries = chainOn(undefined, [
      event('recording-played', { sessionId: 's1', userId: 'ann' }),
      event('signed-in', {}),
      event('recording-played', { sessionId: 's3', userId: 'ann' }),
      event('export-ordered', { userId: 'ann' }),
      event('live-view-began', { userId: 'bob' }),
      event('media-deleted', { sessionId: 's2' }),
    ]);
    const { accessHistory } = await collect(entries);
    expect(linesOf(accessHistory)).toEqual([entries[0], entries[3], entries[5]]);
  });

  it('is complete, however long, and each entry still has its hash', async () => {
    const events = Array.from({ length: 2_100 }, () => event('recording-played', { sessionId: 's1' }));
    const lines = linesOf((await collect(chainOn(undefined, events))).accessHistory);
    expect(lines).toHaveLength(2_100);
    for (const [at, entry] of lines.entries()) expect(findFault(lines[at - 1], entry)).toBeUndefined();
  });
});
