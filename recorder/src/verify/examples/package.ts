import {
  canonicalJson,
  type AuditEntry,
  type ExportJob,
  type MediaElsewhere,
  type SessionLedger,
} from '@sightline/shared';
import { chainEntry, createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import type { PackagingDeps } from '../../evidence/packageSessions.ts';
import type { SealKey } from '../../evidence/sealKey.ts';
import { createLocalSegmentStore } from '../../store/localSegmentStore.ts';
import { COMPANY, RECORDER, START_MS, sealLogText, type ExampleRecordings } from './recordings.ts';

const DAY_MS = 86_400_000;

/** What packages of the example are made of. */
export function examplePackaging(
  recordingsDir: string,
  sealKey: SealKey,
  { manifests }: ExampleRecordings,
): PackagingDeps {
  return {
    recordingsDir,
    recorderId: RECORDER,
    segments: createLocalSegmentStore({ recordingsDir }),
    manifests,
    sealKey,
    verifierPath: new URL('../main.ts', import.meta.url).pathname,
    clock: createManualClock(START_MS + 9 * DAY_MS),
    logger: createLogger('example', 'silent'),
  };
}

/** What another recorder has of the example's second session. */
export const ELSEWHERE: MediaElsewhere = {
  recorderId: 'recorder-2',
  sessionId: 'healed',
  trackId: 'display-1',
  fromMs: START_MS + DAY_MS + 30_000,
  toMs: START_MS + DAY_MS + 60_000,
};

/** Asks for a package of the example: of all of it, unless a part is named. */
export function exampleJob(
  example: ExampleRecordings,
  {
    fromMs = START_MS,
    toMs = START_MS + 9 * DAY_MS,
    elsewhere = [],
  }: { fromMs?: number; toMs?: number; elsewhere?: ExportJob['elsewhere'] } = {},
): ExportJob {
  const { sessions, sealLog } = example;
  const last = new Map(sealLog.map((entry) => [entry.sessionId, entry]));
  return {
    exportId: 'export-1',
    order: {
      companyId: COMPANY,
      from: { kind: 'user', userId: 'ann' },
      fromMs,
      toMs,
      caseNumber: 'C-7',
      output: { kind: 'evidence' },
    },
    userName: 'Ann',
    sources: sessions.map((session) => ({ ...session, trackId: 'display-1' })),
    elsewhere,
    evidence: {
      ledgers: JSON.stringify(ledgersOf(example)),
      accessHistory: accessHistory(),
      companyLog: sealLogText([...last.values()]),
    },
  };
}

const ledgersOf = ({ sessions, ledgers }: ExampleRecordings): SessionLedger[] =>
  sessions.flatMap(({ sessionId, sessionStartedAtMs }) => {
    const { endedAtMs, tracks } = ledgers.get(sessionId) ?? { endedAtMs: sessionStartedAtMs, tracks: [] };
    return {
      sessionId,
      startedAtMs: sessionStartedAtMs,
      endedAtMs,
      asOfMs: endedAtMs,
      tracks: tracks.map((track) => ({ ...track, label: track.trackId, recordedMs: 0, missingMs: 0 })),
    };
  });

/** Three entries out of ten. */
function accessHistory(): string {
  const entries: AuditEntry[] = [];
  for (let at = 0; at < 10; at += 1) {
    const event: Omit<AuditEntry, 'number' | 'previousHash' | 'hash'> = {
      companyId: COMPANY,
      atMs: START_MS + at,
      action: 'recording-played',
      actor: { kind: 'account', id: 'cora', name: 'Cora' },
      address: '127.0.0.1',
      details: { sessionId: 'plain' },
    };
    entries.push(chainEntry(entries.at(-1), event));
  }
  return [2, 3, 7]
    .flatMap((at) => entries[at] ?? [])
    .map((entry) => `${canonicalJson(entry)}\n`)
    .join('');
}
