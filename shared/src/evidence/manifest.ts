import * as z from 'zod';
import { runEndReason } from '../protocol/recorder.ts';
import { sessionStartMs, timeMs } from '../protocol/common.ts';
import { id, trackId } from '../protocol/media.ts';
import { pathText } from '../protocol/text.ts';
import { sha256Hex } from './digest.ts';
import { interval, ledgerSpan } from './ledger.ts';

/** The name of a manifest in its session's folder. There is one per session and recorder. */
export const MANIFEST_FILE = 'manifest.jsonl';

const chained = {
  /** Position in the manifest, from 1, without holes. */
  number: z.int().positive(),
  /** {@link manifestEntry}'s `hash` of the entry before; zeros before the first. */
  previousHash: sha256Hex,
  /** The recorder's clock. */
  atMs: timeMs,
  /** SHA-256 over the canonical JSON (RFC 8785) of the entry without `hash`. */
  hash: sha256Hex,
};

const piece = {
  runId: id,
  trackId,
  /** Position within its run, from 0. */
  index: z.int().nonnegative(),
  /** The sfu's wall time of the first frame. */
  startMs: timeMs,
  durationMs: z.int().nonnegative(),
  /** Size of the plaintext. */
  bytes: z.int().nonnegative(),
  /** Of the plaintext, however it is stored. */
  sha256: sha256Hex,
};

/** Why media was deleted lawfully. */
export const deletionCause = z.enum(['retention-age', 'retention-bytes', 'disk-full']);

/**
 * One line of a manifest: what a recorder knows of a session, in order of arrival. Wall-clock order is a view of it.
 * Nothing is ever changed; what is gone stays as a tombstone. A line is the entry's canonical JSON and a line feed.
 */
export const manifestEntry = z.discriminatedUnion('type', [
  /** The first line. */
  z.strictObject({
    type: z.literal('begin'),
    ...chained,
    version: z.literal(1),
    recorderId: id,
    sessionId: id,
    companyId: id,
    userId: pathText,
    userName: z.string(),
    hostName: z.string(),
    sessionStartedAtMs: sessionStartMs,
  }),
  /** A run begins. `healed`: what the agent recorded itself, under the id of its piece. */
  z.strictObject({
    type: z.literal('run'),
    ...chained,
    runId: id,
    trackId,
    label: z.string(),
    source: z.enum(['live', 'healed']),
    /** What was received; VP8 is transcoded. */
    codec: z.string(),
    audio: z.boolean(),
  }),
  /** A segment that is durable. `holes`: what was lost on the way to the recorder. */
  z.strictObject({ type: z.literal('segment'), ...chained, ...piece, holes: z.array(interval) }),
  /** A segment made of what an agent recorded itself; `pieceSha256` is that of the file that it uploaded. */
  z.strictObject({ type: z.literal('heal'), ...chained, ...piece, pieceSha256: sha256Hex }),
  z.strictObject({
    type: z.literal('run-end'),
    ...chained,
    runId: id,
    reason: runEndReason,
    message: z.string(),
  }),
  /** The coverage ledger of the whole session as the sfu knew it: at its end, and again when it was healed. */
  z.strictObject({
    type: z.literal('ledger'),
    ...chained,
    endedAtMs: timeMs,
    tracks: z.array(z.strictObject({ trackId, spans: z.array(ledgerSpan) })),
  }),
  /** A tombstone: the segment's own entry keeps its hash, its media is gone. `claimId`: the sfu's leave to do so. */
  z.strictObject({
    type: z.literal('delete'),
    ...chained,
    claimId: id,
    cause: deletionCause,
    segments: z.array(z.strictObject({ runId: id, index: z.int().nonnegative() })).min(1),
  }),
  /** Signs the chain up to `previousHash`: Ed25519 (RFC 8032) over {@link sealedText}, in base64url. */
  z.strictObject({ type: z.literal('seal'), ...chained, keyId: sha256Hex, signature: z.string().max(128) }),
]);

/** See {@link manifestEntry}. */
export type ManifestEntry = z.output<typeof manifestEntry>;
/** An entry before it has its place in the chain. */
export type ManifestEvent = ManifestEntry extends infer Entry
  ? Entry extends ManifestEntry
    ? Omit<Entry, 'number' | 'previousHash' | 'hash' | 'atMs'>
    : never
  : never;
/** See {@link deletionCause}. */
export type DeletionCause = z.output<typeof deletionCause>;

/** What a seal signs: where it stands, and the hash of everything before it. */
export interface SealedHead {
  recorderId: string;
  sessionId: string;
  /** The number of the seal itself. */
  number: number;
  previousHash: string;
}

/** The text under a seal's signature. */
export const sealedText = ({ recorderId, sessionId, number, previousHash }: SealedHead): string =>
  ['sightline-seal-1', recorderId, sessionId, String(number), previousHash].join('\n');
