import {
  sessionLedger,
  subtract,
  union,
  type Interval,
  type LedgerSpan,
  type MediaElsewhere,
  type SessionLedger,
} from '@sightline/shared';
import * as z from 'zod';
import { PACKAGE } from '../evidence/packageContents.ts';
import { EvidenceFault } from './finding.ts';
import { at, clip, findGap, firstTooLong, picturesOf } from './ledgerCheck.ts';
import type { CheckedManifest } from './manifestCheck.ts';
import type { PackageClaims } from './packageCheck.ts';

/** Until the sfu knows what a recorder has entered, and while a package waits to be made, goes by no more. */
const MAX_ANNOUNCING_MS = 3_600_000;

/** A ledger, and what it must not contradict. */
interface Compared {
  ledger: SessionLedger;
  manifest: CheckedManifest;
  claims: PackageClaims;
  /** What others have of the session, of what was asked for. */
  elsewhere: readonly MediaElsewhere[];
  /** Whether nobody else has, or ever had, a part of the session. */
  alone: boolean;
  /** What was entered before this, the sfu has known. */
  knownUntilMs: number;
}

/**
 * Checks the ledgers that the sfu has put into a package against the manifests in it: a segment, here or at another
 * recorder, holds all that is called recorded, of the same source; a tombstone tells of all that is called deleted; and
 * nothing that a segment holds is called missing.
 *
 * @param text of {@link PACKAGE}.ledgers
 * @throws {EvidenceFault} `ledger`
 */
export function checkPackagedLedgers(
  text: string,
  claims: PackageClaims,
  found: {
    manifests: readonly CheckedManifest[];
    isShared: (sessionId: string, recorderId: string) => boolean;
  },
): void {
  const ledgers = parseLedgers(text);
  const bySession = new Map(ledgers.map((ledger) => [ledger.sessionId, ledger]));
  if (bySession.size < ledgers.length) refuse('There are two of one session.');
  for (const ledger of ledgers) {
    for (const { trackId, spans } of ledger.tracks)
      if (findGap(spans, extentOf(ledger)) !== undefined)
        refuse(`That of ${trackId} of session ${ledger.sessionId} has a hole.`);
  }
  for (const manifest of found.manifests) {
    const { sessionId, recorderId } = manifest.begin;
    const ledger = bySession.get(sessionId) ?? refuse(`There is none of session ${sessionId}.`);
    const elsewhere = claims.atOthers.filter((one) => one.sessionId === sessionId);
    const alone = elsewhere.length === 0 && !found.isShared(sessionId, recorderId);
    const knownUntilMs = claims.createdAtMs - MAX_ANNOUNCING_MS;
    compare({ ledger, manifest, claims, elsewhere, alone, knownUntilMs });
  }
}

function compare(compared: Compared): void {
  const { ledger, manifest, knownUntilMs } = compared;
  const { sessionId, sessionStartedAtMs } = manifest.begin;
  if (ledger.startedAtMs !== sessionStartedAtMs)
    refuse(
      `The manifest of session ${sessionId} begins at ${at(sessionStartedAtMs)}, its ledger at ${at(ledger.startedAtMs)}.`,
    );
  const known = manifest.segments.filter(
    ({ enteredAtMs, startMs }) => enteredAtMs < knownUntilMs && startMs < extentOf(ledger).toMs,
  );
  const stranger = known.find(({ trackId }) => !ledger.tracks.some((track) => track.trackId === trackId));
  if (stranger !== undefined)
    refuse(`That of session ${sessionId} does not know track ${stranger.trackId}, which has segments.`);
  for (const { trackId, spans } of ledger.tracks) {
    checkRecorded(trackId, spans, compared);
    checkDeleted(trackId, spans, compared);
    const had = union(spans.filter((span) => span.state === 'recorded' || span.reason === 'deleted'));
    const pictures = picturesOf(known.filter((segment) => segment.trackId === trackId));
    const denied = firstTooLong(clip(subtract(pictures, had), extentOf(ledger)));
    if (denied !== undefined)
      refuse(
        `That of ${trackId} of session ${sessionId} says that ${at(denied.fromMs)} is missing, and a segment holds it.`,
      );
  }
}

function checkRecorded(
  trackId: string,
  spans: readonly LedgerSpan[],
  { manifest, claims, elsewhere, knownUntilMs }: Compared,
): void {
  const ours = manifest.segments.filter(
    (segment) => segment.trackId === trackId && (segment.deletedAtMs ?? knownUntilMs) >= knownUntilMs,
  );
  const theirs = elsewhere.filter((one) => one.trackId === trackId);
  for (const source of ['live', 'healed'] as const) {
    const recorded = union(spans.filter((span) => span.state === 'recorded' && span.source === source));
    const pictures = picturesOf(ours.filter(({ healed }) => healed === (source === 'healed')));
    const invented = firstTooLong(
      subtract(union(clip(recorded, claims.leftOut.asked)), union([...pictures, ...theirs])),
    );
    if (invented !== undefined)
      refuse(
        `That of ${trackId} of session ${manifest.begin.sessionId} says that ${at(invented.fromMs)} was recorded (${source}), and no segment holds it.`,
      );
  }
}

function checkDeleted(trackId: string, spans: readonly LedgerSpan[], { manifest, alone }: Compared): void {
  if (!alone) return;
  const deleted = union(spans.filter((span) => span.state === 'missing' && span.reason === 'deleted'));
  const buried = manifest.segments.filter(
    (segment) => segment.trackId === trackId && segment.deletedBy !== undefined,
  );
  const invented = firstTooLong(subtract(deleted, picturesOf(buried)));
  if (invented !== undefined)
    refuse(
      `That of ${trackId} of session ${manifest.begin.sessionId} says that ${at(invented.fromMs)} was deleted, and no entry says so.`,
    );
}

const extentOf = ({ startedAtMs, endedAtMs, asOfMs }: SessionLedger): Interval => ({
  fromMs: startedAtMs,
  toMs: endedAtMs ?? asOfMs,
});

function parseLedgers(text: string): SessionLedger[] {
  try {
    return z.array(sessionLedger).parse(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
    throw new EvidenceFault('unreadable', { file: PACKAGE.ledgers }, 'This is no list of ledgers.');
  }
}

function refuse(message: string): never {
  throw new EvidenceFault('ledger', { file: PACKAGE.ledgers }, message);
}
