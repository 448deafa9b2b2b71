import { randomUUID } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { createCleanup } from './harness/cleanup.ts';
import { createTempDir } from './harness/tempDir.ts';
import { startFakeSfu } from './recorder/fakeSfu.ts';
import { startRecorder } from './recorder/startRecorder.ts';

it('a recorder starts, and records, although small files of it cannot be read', async () => {
  const cleanup = createCleanup();
  try {
    const dataDir = cleanup.use(await createTempDir('spoilt')).path;
    const pieceId = randomUUID();
    const spoilt = [
      'open-runs/run-1.json',
      'unreported-seals/session-1.json',
      'exports/export-1/job.json',
      `uploads/${pieceId}/order.json`,
    ];
    for (const name of spoilt) {
      const path = join(dataDir, 'recorder', name);
      await mkdir(dirname(path), { recursive: true });
      // What a loss of power leaves.
      await writeFile(path, '');
    }
    const sfu = cleanup.use(await startFakeSfu());
    const recorder = await startRecorder({ cleanup, sfu, dataDir });
    await sfu.startRun('H264');
    expect(recorder.tail().match(/what cannot be read is set aside/g)).toHaveLength(spoilt.length);
    expect(await readdir(join(dataDir, 'recorder/uploads', pieceId))).toEqual(['order.json.unreadable']);
  } finally {
    await cleanup.close();
  }
});
