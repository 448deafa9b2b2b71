import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openRunIndex, parseRunIndex, readRunIndex, type RunIndexLine } from './runIndex.ts';

const natural = fc.nat(1_000_000);
const anyLine: fc.Arbitrary<RunIndexLine> = fc.oneof(
  fc.record({ type: fc.constant('anchor' as const), atMs: natural }),
  fc.record({
    type: fc.constant('segment' as const),
    index: natural,
    startMs: natural,
    durationMs: natural,
    bytes: natural,
    sha256: fc.constant('0'.repeat(64)),
    holes: fc.array(fc.record({ fromMs: natural, toMs: natural }), { maxLength: 2 }),
  }),
  fc.record({
    type: fc.constant('end' as const),
    reason: fc.constant('stalled' as const),
    message: fc.string(),
    atMs: natural,
  }),
);

describe('the index of a run', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sightline-index-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('is read as it was written, up to where a crash tore it', () => {
    fc.assert(
      fc.property(fc.array(anyLine, { minLength: 1 }), fc.nat(), (lines, cut) => {
        const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
        expect(parseRunIndex(text)).toEqual({ lines, wholeBytes: Buffer.byteLength(text), damaged: 0 });
        const torn = parseRunIndex(text.slice(0, cut % text.length));
        expect(torn.damaged).toBe(0);
        expect(torn.lines).toEqual(lines.slice(0, torn.lines.length));
      }),
    );
  });

  it('goes on behind its last whole line', async () => {
    const path = join(dir, 'torn.jsonl');
    const first = await openRunIndex(path);
    await first.append({ type: 'anchor', atMs: 1 });
    await first.close();
    await appendFile(path, '{"type":"segm');
    const second = await openRunIndex(path);
    await second.append({ type: 'anchor', atMs: 2 });
    await second.close();
    expect((await readRunIndex(path)).lines).toEqual([
      { type: 'anchor', atMs: 1 },
      { type: 'anchor', atMs: 2 },
    ]);
  });

  it('keeps the order of entries that were not waited for', async () => {
    const path = join(dir, 'order.jsonl');
    const index = await openRunIndex(path);
    await Promise.all(Array.from({ length: 20 }, (_, atMs) => index.append({ type: 'anchor', atMs })));
    await index.close();
    const rows = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(rows).toEqual(Array.from({ length: 20 }, (_, atMs) => JSON.stringify({ type: 'anchor', atMs })));
  });

  it('counts damaged lines and reads the others', () => {
    expect(parseRunIndex('{"type":"anchor","atMs":1}\nrubbish\n{"type":"odd"}\n')).toMatchObject({
      lines: [{ type: 'anchor', atMs: 1 }],
      damaged: 2,
    });
  });

  it('is empty where there is none', async () => {
    expect((await readRunIndex(join(dir, 'missing.jsonl'))).lines).toEqual([]);
  });
});
