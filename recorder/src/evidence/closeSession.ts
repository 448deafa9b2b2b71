import { isDeepStrictEqual } from 'node:util';
import { ProtocolError, type recorderCommands } from '@sightline/shared';
import type * as z from 'zod';
import { readManifest } from './manifestReader.ts';
import { manifestPathOf, type Manifests } from './manifests.ts';

type SessionEnd = z.output<(typeof recorderCommands)['close-session']['request']>;

/**
 * Enters the ledger of a session that is over, or was extended, into its manifest, under a seal; resolves when that is
 * durable. What the manifest says already is not entered again.
 *
 * @throws {ProtocolError} `unknown-session`
 */
export async function closeSession(
  { endedAtMs, tracks, ...session }: SessionEnd,
  { recordingsDir, manifests }: { recordingsDir: string; manifests: Manifests },
): Promise<void> {
  const manifest = await manifests.openExisting(session);
  if (manifest === undefined) {
    throw new ProtocolError('unknown-session', `This recorder has nothing of session ${session.sessionId}.`);
  }
  try {
    const found = await readManifest(manifestPathOf(recordingsDir, session));
    const known = found?.entries.findLast((entry) => entry.type === 'ledger');
    const same = known?.endedAtMs === endedAtMs && isDeepStrictEqual(known.tracks, tracks);
    if (!same) await manifest.append({ type: 'ledger', endedAtMs, tracks });
  } finally {
    await manifest.close();
  }
}
