import { describe, expect, it } from '@jest/globals';
import { NO_HASH, type LedgerSpan, type MediaElsewhere, type SessionLedger } from '@sightline/shared';
import type { CheckedManifest } from './manifestCheck.ts';
import type { PackageClaims } from './packageCheck.ts';
import { checkPackagedLedgers } from './packagedLedgers.ts';
import type { ListedSegment } from './runBook.ts';

/** The session lasts from 0 to 60 s; its package is made a day later, and everything was entered long before. */
const START_MS = Date.UTC(2026, 4, 4, 8);
const DAY_MS = 86_400_000;
const MADE_AT_MS = START_MS + DAY_MS;
const SESSION = { sessionId: 's1', recorderId: 'r1' };
const TRACK = 'display-1';

const within = (fromS: number, toS: number) => ({
  fromMs: START_MS + fromS * 1_000,
  toMs: START_MS + toS * 1_000,
});

const recorded = (fromS: number, toS: number, source: 'live' | 'healed' = 'live'): LedgerSpan => ({
  state: 'recorded',
  ...within(fromS, toS),
  source,
});
const missing = (fromS: number, toS: number, reason: 'stalled' | 'deleted' = 'stalled'): LedgerSpan => ({
  state: 'missing',
  ...within(fromS, toS),
  reason,
});

const segment = (fromS: number, toS: number, change: Partial<ListedSegment> = {}): ListedSegment => {
  const { fromMs: startMs, toMs: endMs } = within(fromS, toS);
  return {
    path: '',
    trackId: TRACK,
    startMs,
    endMs,
    bytes: 1,
    sha256: NO_HASH,
    holes: [],
    healed: false,
    enteredAtMs: endMs,
    entry: 3,
    deletedBy: undefined,
    deletedAtMs: undefined,
    ...change,
  };
};

const ledger = (...spans: LedgerSpan[]): SessionLedger => ({
  sessionId: SESSION.sessionId,
  startedAtMs: START_MS,
  endedAtMs: START_MS + 60_000,
  asOfMs: START_MS + 60_000,
  tracks: [{ trackId: TRACK, label: '', recordedMs: 0, missingMs: 0, spans }],
});

const check = (
  ledgers: readonly SessionLedger[],
  segments: readonly ListedSegment[],
  {
    elsewhere = [],
    asked = within(0, 60),
    shared = false,
  }: { elsewhere?: MediaElsewhere[]; asked?: { fromMs: number; toMs: number }; shared?: boolean } = {},
): void => {
  const chained = { number: 1, previousHash: NO_HASH, hash: NO_HASH, atMs: START_MS };
  const manifest: CheckedManifest = {
    file: 'manifest.jsonl',
    begin: {
      type: 'begin',
      ...chained,
      version: 1,
      ...SESSION,
      companyId: 'acme',
      userId: 'ann',
      userName: 'Ann',
      hostName: 'desk',
      sessionStartedAtMs: START_MS,
    },
    seals: new Map(),
    segments,
    ledger: undefined,
    entries: 9,
  };
  const claims: PackageClaims = {
    signedBy: { recorderId: SESSION.recorderId, keyId: NO_HASH },
    createdAtMs: MADE_AT_MS,
    leftOut: { paths: new Set(), asked },
    atOthers: elsewhere,
  };
  checkPackagedLedgers(JSON.stringify(ledgers), claims, { manifests: [manifest], isShared: () => shared });
};

describe('the ledgers in a package', () => {
  it('may say what segments, tombstones and holes say, to three frames', () => {
    const gone = { deletedBy: 7, deletedAtMs: START_MS + 1_000 };
    const lost = segment(20, 40, { holes: [within(30, 40)] });
    const healed = segment(30, 39.95, { healed: true });
    const spans = [
      missing(0, 20, 'deleted'),
      recorded(20, 30),
      recorded(30, 40, 'healed'),
      missing(40, 60),
    ] as const;
    expect(() => check([ledger(...spans)], [segment(0, 19.9, gone), lost, healed])).not.toThrow();
  });

  it('must not call recorded what no segment holds, nor live what the agent has recorded', () => {
    const whole = ledger(recorded(0, 60));
    expect(() => check([whole], [segment(0, 30), segment(30.2, 60)])).toThrow(/08:00:30.000Z was recorded/);
    expect(() => check([whole], [segment(0, 60, { holes: [within(10, 11)] })])).toThrow(/was recorded/);
    expect(() => check([whole], [segment(0, 30), segment(30, 60, { healed: true })])).toThrow(/\(live\)/);
    const gone = { deletedBy: 7, deletedAtMs: START_MS + 1_000 };
    expect(() => check([whole], [segment(0, 30, gone), segment(30, 60)])).toThrow(/was recorded/);
    expect(() => check([whole], [segment(0, 60, { trackId: 'display-2' })])).toThrow(/does not know track/);
  });

  it('may call recorded what another recorder says that it has, and what was not asked for', () => {
    const whole = ledger(recorded(0, 60));
    const theirs = { sessionId: 's1', recorderId: 'r2', trackId: TRACK, ...within(30, 60) };
    expect(() => check([whole], [segment(0, 30)], { elsewhere: [theirs] })).not.toThrow();
    expect(() => check([whole], [segment(0, 30)], { asked: within(0, 30) })).not.toThrow();
    const tooLittle = { ...theirs, ...within(31, 60) };
    expect(() => check([whole], [segment(0, 30)], { elsewhere: [tooLittle] })).toThrow(/was recorded/);
  });

  it('must not call deleted what no tombstone tells of, unless it was another recorder’s', () => {
    const buried = ledger(missing(0, 30, 'deleted'), recorded(30, 60));
    expect(() => check([buried], [segment(0, 30), segment(30, 60)])).toThrow(/08:00:00.000Z was deleted/);
    expect(() => check([buried], [segment(30, 60)], { shared: true })).not.toThrow();
  });

  it('must not call missing what a segment holds, but for what the sfu may not have known yet', () => {
    const denied = ledger(recorded(0, 30), missing(30, 60));
    expect(() => check([denied], [segment(0, 30), segment(30, 60)])).toThrow(/08:00:30.000Z is missing/);
    const late = { enteredAtMs: MADE_AT_MS - 60_000 };
    expect(() => check([denied], [segment(0, 30), segment(30, 60, { ...late, healed: true })])).not.toThrow();
    // It was deleted after the ledger was made.
    const gone = { deletedBy: 7, deletedAtMs: MADE_AT_MS - 60_000 };
    expect(() => check([ledger(recorded(0, 60))], [segment(0, 60, gone)])).not.toThrow();
  });

  it('must be there, once for each session, from its beginning', () => {
    const whole = ledger(recorded(0, 60));
    const segments = [segment(0, 60)];
    expect(() => check([], segments)).toThrow(/none of session s1/);
    expect(() => check([whole, whole], segments)).toThrow(/two of one session/);
    const later = { ...ledger(recorded(1, 60)), startedAtMs: START_MS + 1_000 };
    expect(() => check([later], segments)).toThrow(/begins at/);
    expect(() => check([ledger(recorded(0, 59))], segments)).toThrow(/has a hole/);
  });
});
