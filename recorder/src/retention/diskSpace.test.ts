import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { readDisk } from './diskSpace.ts';

it('tells the room on a disk, whether it can be written, and how fast', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-look-'));
  try {
    const probe = join(folder, 'probe');
    const look = await readDisk(probe, folder);
    expect(look).toMatchObject({ fault: null });
    expect(look.freeBytes).toBeLessThanOrEqual(look.totalBytes);
    expect(look.writeMs).toBeGreaterThan(0);
    expect((await stat(probe)).size).toBeGreaterThan(0);
    expect(await readDisk(join(folder, 'missing/probe'), folder)).toMatchObject({ fault: 'ENOENT' });
  } finally {
    await rm(folder, { recursive: true });
  }
});
