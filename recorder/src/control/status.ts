import { statfs } from 'node:fs/promises';
import type { RecorderStatus } from '@sightline/shared';

/** How the recorder is doing, for the sfu. */
export async function readStatus({
  recordingsDir,
  runs,
}: {
  recordingsDir: string;
  runs: number;
}): Promise<RecorderStatus> {
  const { bavail, blocks, bsize } = await statfs(recordingsDir);
  return {
    disk: { state: 'ok', freeBytes: bavail * bsize, totalBytes: blocks * bsize },
    store: { kind: 'local', backlogSegments: 0, backlogBytes: 0 },
    admission: { open: true },
    runs,
    problems: [],
  };
}
