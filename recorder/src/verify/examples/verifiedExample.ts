import { createPublicKey, type KeyObject } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompanyLogEntry } from '@sightline/shared';
import { createTestKey } from '../../evidence/testKey.ts';
import { openFolder } from '../evidenceTree.ts';
import { verifyEvidence, type Evidence, type Verdict } from '../verifyEvidence.ts';
import { asChunks, folderOfSession, recordExample, sealLogText } from './recordings.ts';

/** The example's recordings, on disk, and how tests verify them. */
export interface VerifiedExample {
  /** A folder for whatever else a test needs. */
  dir: string;
  /** The recordings' root. */
  root: string;
  /** The folders of the three sessions, below it. */
  folders: readonly [string, string, string];
  key: KeyObject;
  sealLog: readonly CompanyLogEntry[];
  /** Verifies what is there against the key, and the log of seals, unless others are given; an empty log is none. */
  verify(
    path: string,
    against?: Partial<Pick<Evidence, 'keys' | 'owners'>> & {
      log?: readonly CompanyLogEntry[];
      older?: readonly CompanyLogEntry[];
    },
  ): Promise<Verdict>;
  /** Another root with the same in it. */
  copy(): Promise<string>;
  remove(): Promise<void>;
}

/** Records the example into a temporary folder. */
export async function recordVerifiedExample(): Promise<VerifiedExample> {
  const dir = await mkdtemp(join(tmpdir(), 'evidence-'));
  const root = join(dir, 'recordings');
  const sealKey = createTestKey();
  const key = createPublicKey(sealKey.publicKey);
  const { sessions, sealLog } = await recordExample(root, sealKey);
  const [plain = '', healed = '', pruned = ''] = sessions.map(folderOfSession);
  return {
    dir,
    root,
    folders: [plain, healed, pruned],
    key,
    sealLog,
    verify: async (path, { keys = [key], owners = [], log = sealLog, older = [] } = {}) =>
      verifyEvidence({
        tree: await openFolder(path),
        keys,
        owners,
        sealLogs: Object.entries({ 'seals.ndjson': log, 'older.ndjson': older })
          .filter(([, entries]) => entries.length > 0)
          .map(([file, entries]) => ({ file, open: () => asChunks(Buffer.from(sealLogText(entries))) })),
      }),
    async copy() {
      const to = await mkdtemp(join(dir, 'copy-'));
      await cp(root, to, { recursive: true });
      return to;
    },
    remove: () => rm(dir, { recursive: true }),
  };
}
