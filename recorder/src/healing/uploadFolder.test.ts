import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createLogger } from '@sightline/shared/node';
import { hostileText } from '@sightline/shared/testing/names';
import fc from 'fast-check';
import { aPiece } from './aPiece.ts';
import { openUploadFolder, type UploadFolder } from './uploadFolder.ts';

let outer: string;
let uploads: UploadFolder;
beforeEach(async () => {
  outer = await mkdtemp(join(tmpdir(), 'sightline-uploads-'));
  uploads = await openUploadFolder(join(outer, 'uploads'), createLogger('test', 'silent'));
});
afterEach(() => rm(outer, { recursive: true }));

it('keeps pieces by their ids, whoever they are of', async () => {
  const pieces = fc.array(fc.tuple(fc.uuid(), hostileText), { minLength: 20, maxLength: 40, size: 'max' });
  await fc.assert(
    fc.asyncProperty(pieces, async (all) => {
      const orders = all.map(([pieceId, name]) => aPiece({ pieceId, userName: name, hostName: name }));
      for (const order of orders) await uploads.ensure(order);
      const found = new Map((await uploads.list()).map(({ order }) => [order.pieceId, order]));
      for (const order of orders) expect(found.get(order.pieceId)).toEqual(order);
      for (const { pieceId } of orders) await uploads.remove(pieceId);
      expect(await readdir(join(outer, 'uploads'))).toEqual(['removed', 'unusable']);
      expect(await readdir(outer)).toEqual(['uploads']);
    }),
    { numRuns: 1, endOnFailure: true },
  );
});

it('takes a piece again while what was uploaded of it is being removed', async () => {
  const order = aPiece({});
  const { pieceId } = order;
  await uploads.ensure(order);
  await mkdir(uploads.pathOf(pieceId, 'converted'));
  const files = Array.from({ length: 300 }, (_, at) => uploads.pathOf(pieceId, `converted/${at}`));
  await Promise.all([...files, uploads.pathOf(pieceId, 'media')].map((file) => writeFile(file, 'old')));
  const removed = uploads.remove(pieceId);
  while ((await uploads.find(pieceId)) !== undefined) continue;
  await uploads.ensure(order);
  await removed;
  expect(await uploads.find(pieceId)).toMatchObject({ order, receivedBytes: 0 });
  expect(await readdir(join(outer, 'uploads', pieceId))).toEqual(['media', 'order.json']);
  await uploads.remove(pieceId);
  await uploads.remove(pieceId);
  expect(await uploads.list()).toEqual([]);
});

it('goes on removing what a killed recorder was removing', async () => {
  await writeFile(join(outer, 'uploads/removed/left'), 'old');
  await openUploadFolder(join(outer, 'uploads'), createLogger('test', 'silent'));
  expect(await readdir(join(outer, 'uploads/removed'))).toEqual([]);
});

it('makes no path of what is not the id of a piece', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(hostileText, fc.constantFrom('removed', 'unusable', '')), async (pieceId) => {
      expect(() => uploads.pathOf(pieceId, 'media')).toThrow();
      await expect(uploads.find(pieceId)).rejects.toThrow();
      await expect(uploads.remove(pieceId)).rejects.toThrow();
      await expect(uploads.setAside(pieceId)).rejects.toThrow();
      await expect(uploads.ensure(aPiece({ pieceId }))).rejects.toThrow();
    }),
    { numRuns: 200 },
  );
  expect(await readdir(join(outer, 'uploads'))).toEqual(['removed', 'unusable']);
});
