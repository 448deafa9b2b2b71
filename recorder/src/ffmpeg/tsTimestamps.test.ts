import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fakeTs } from './fakeTs.ts';
import { PTS_MODULUS, readFirstPts, readLastPts } from './tsTimestamps.ts';

describe('the time stamps of a TS file', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sightline-ts-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('are those of its first and last frame, whatever a crash tore off', async () => {
    const pts = fc.integer({ min: 0, max: PTS_MODULUS - 1 });
    const path = join(dir, 'any.ts');
    await fc.assert(
      fc.asyncProperty(fc.array(pts, { minLength: 1, maxLength: 8 }), fc.nat(187), async (frames, torn) => {
        const whole = fakeTs(frames);
        await writeFile(path, Buffer.concat([whole, whole.subarray(0, torn)]));
        expect(await readFirstPts(path)).toBe(frames[0]);
        expect(await readLastPts(path)).toBe(frames.at(-1));
      }),
      { numRuns: 50 },
    );
  });

  it('are found behind a frame of several hundred kilobytes', async () => {
    const path = join(dir, 'big.ts');
    const fill = fakeTs([1]).subarray(-188);
    await writeFile(path, Buffer.concat([fakeTs([90_000]), ...Array.from({ length: 3_000 }, () => fill)]));
    expect(await readLastPts(path)).toBe(90_000);
  });

  it('do not exist without a frame or without a file', async () => {
    const path = join(dir, 'none.ts');
    await writeFile(path, fakeTs([]));
    expect(await readFirstPts(path)).toBeUndefined();
    expect(await readLastPts(path)).toBeUndefined();
    expect(await readFirstPts(join(dir, 'missing.ts'))).toBeUndefined();
  });
});
