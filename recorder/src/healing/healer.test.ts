import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ProtocolError } from '@sightline/shared';
import { UnusablePiece, type Conversion } from './conversion.ts';
import { CONTENT, GAPS, createHealerBench, live, order, type HealerBench } from './healerBench.ts';

const { pieceId } = order;

let bench: HealerBench;

beforeEach(async () => {
  bench = await createHealerBench();
});
afterEach(() => bench.remove());

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

describe('a piece', () => {
  it('becomes a run of its own, sealed, announced and confirmed, and its upload goes', async () => {
    await live(bench.start());
    await bench.expectHealedOnce();
    expect(bench.outcomes).toEqual(['healed']);
    expect((await bench.entries()).find(({ type }) => type === 'run')).toMatchObject({
      type: 'run',
      source: 'healed',
      trackId: 'display-1',
      label: 'Screen',
    });
    expect(bench.asked).toEqual(['caughtUp', 'uploaded', 'recorded', 'recorded', 'finished']);
  });

  it('is healed exactly once, wherever the recorder is killed', async () => {
    let kills = 0;
    for (let killAt = 1; ; killAt += 1) {
      await bench.reset();
      const first = bench.start({ killAt });
      await live(first);
      if (!first.isDead()) break;
      kills += 1;
      await live(bench.start());
      await bench.expectHealedOnce();
    }
    expect(kills).toBeGreaterThan(20);
  });

  it('is asked about again as long as live segments may still come', async () => {
    bench.gaps = [null, null, GAPS];
    const { healer } = bench.start();
    healer.add(pieceId);
    healer.resume();
    for (const count of [1, 2, 3]) {
      await until(() => Promise.resolve(bench.asked.filter((name) => name === 'uploaded').length === count));
      if (count < 3) await until(() => Promise.resolve(bench.clock.pending > 0));
      bench.clock.advance(2_000);
    }
    await until(async () => (await bench.uploads.find(pieceId)) === undefined);
    await healer.close();
    await bench.expectHealedOnce();
  });

  it('is not needed if nothing of it is missing', async () => {
    bench.gaps = [[]];
    await live(bench.start());
    expect(bench.outcomes).toEqual(['not-needed: It was recorded already.']);
    expect(await bench.entries()).toEqual([]);
    expect(await bench.uploads.list()).toEqual([]);
  });

  it('comes again if it is not what was announced, and is given up after three times', async () => {
    const { healer } = bench.start();
    healer.resume();
    for (const left of [[], [], ['unusable: What is uploaded never has the checksum that was announced.']]) {
      await bench.upload(Buffer.from(CONTENT).fill(0, 3, 4));
      healer.add(pieceId);
      await until(async () => (await bench.uploads.find(pieceId)) === undefined);
      expect(bench.outcomes).toEqual(left);
    }
    await healer.close();
    expect(bench.asked).not.toContain('uploaded');
  });

  it('is unusable if there is nothing in it, and says why', async () => {
    const convert: Conversion = {
      convert: () => Promise.reject(new UnusablePiece('There is no picture in it.')),
    };
    await live(bench.start({ convert }));
    expect(bench.outcomes).toEqual(['unusable: There is no picture in it.']);
    expect(await bench.uploads.list()).toEqual([]);
    const aside = join(bench.uploadsDir, 'unusable');
    expect(await readFile(join(aside, pieceId, 'media'))).toEqual(CONTENT);
    await bench.uploads.removeSetAside(Date.now() + 1_000);
    expect(await readdir(aside)).toEqual([]);
    expect(await bench.entries()).toEqual([]);
  });

  it('is dropped if it is another recorder’s now', async () => {
    const refuse = (name: string): void => {
      if (name === 'uploaded') throw new ProtocolError('unknown-piece', 'not yours');
    };
    await live(bench.start({ refuse }));
    expect(bench.outcomes).toEqual([]);
    expect(await bench.uploads.list()).toEqual([]);
  });

  it('stays while the sfu cannot be reached, or the disk is full, and is tried again', async () => {
    let failures = 2;
    const refuse = (name: string): void => {
      if (name === 'recorded' && failures-- > 0) throw new ProtocolError('not-connected', 'gone');
    };
    const { healer } = bench.start({ refuse });
    healer.add(pieceId);
    expect(bench.asked).toEqual([]);
    healer.resume();
    for (let round = 0; round < 2; round += 1) {
      await until(() =>
        Promise.resolve(bench.asked.filter((name) => name === 'recorded').length === round + 1),
      );
      await until(() => Promise.resolve(bench.clock.pending > 0));
      expect(await bench.uploads.find(pieceId)).toBeDefined();
      bench.clock.advance(5_000);
    }
    await until(async () => (await bench.uploads.find(pieceId)) === undefined);
    await healer.close();
    await bench.expectHealedOnce();
    expect(bench.asked.filter((name) => name === 'uploaded')).toHaveLength(1);
  });

  it('waits while the disk is short of room, and is healed when there is', async () => {
    let hasRoom = false;
    const { healer } = bench.start({ hasRoom: () => hasRoom });
    healer.add(pieceId);
    healer.resume();
    await until(() => Promise.resolve(bench.clock.pending > 0));
    expect(await readdir(join(bench.uploadsDir, pieceId))).not.toContain('converted');
    expect(await bench.entries()).toEqual([]);
    hasRoom = true;
    bench.clock.advance(10_000);
    await until(async () => (await bench.uploads.find(pieceId)) === undefined);
    await healer.close();
    await bench.expectHealedOnce();
  });

  it('leaves nothing half made in the recording where there was no room for it, and is tried again', async () => {
    let failures = 1;
    const { healer } = bench.start({
      store: (store) => ({
        ...store,
        add: async (segment, part) => {
          if (segment.name.index === 1 && failures-- > 0)
            throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
          await store.add(segment, part);
        },
      }),
    });
    healer.add(pieceId);
    healer.resume();
    await until(() => Promise.resolve(failures === 0));
    await until(async () => {
      const files = await readdir(bench.recordingsDir, { recursive: true });
      return !files.some((name) => name.endsWith('.part.ts'));
    });
    await until(async () => {
      bench.clock.advance(1_000);
      return (await bench.uploads.find(pieceId)) === undefined;
    });
    await healer.close();
    await bench.expectHealedOnce();
  });

  it('waits until all of it has come', async () => {
    await bench.upload(CONTENT.subarray(0, 5));
    const { healer } = bench.start();
    healer.resume();
    healer.add(pieceId);
    await new Promise((resolve) => setImmediate(resolve));
    await healer.close();
    expect(bench.asked).toEqual([]);
    expect(await bench.uploads.find(pieceId)).toMatchObject({ receivedBytes: 5 });
  });
});
