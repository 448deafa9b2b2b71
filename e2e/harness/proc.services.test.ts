import { afterAll, describe, expect, it } from '@jest/globals';
import { createCleanup } from './cleanup.ts';
import { isAlive, startProc } from './proc.ts';

const cleanup = createCleanup();

afterAll(() => cleanup.close());

describe('a process of a test', () => {
  it('is gone after close, also where it ignores SIGTERM and has children', async () => {
    const script = 'trap "" TERM; sleep 1000 & echo $!; wait; wait';
    const proc = await startProc('sh', ['-c', script]);
    const [child] = await proc.line(/^\d+$/, 5_000);
    await proc.close();
    expect(await isAlive(proc.pid)).toBe(false);
    expect(await isAlive(Number(child))).toBe(false);
  });

  it('says what it printed when an expected line does not come', async () => {
    const proc = cleanup.use(await startProc('sh', ['-c', 'echo no such port; exit 3']));
    await expect(proc.line(/ready/, 5_000)).rejects.toThrow(
      /ended \(3\) without printing ready.*no such port/s,
    );
  });
});
