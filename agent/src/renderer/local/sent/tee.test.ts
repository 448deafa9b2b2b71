import { expect, it } from '@jest/globals';
import { createTee } from './tee.ts';

it('lets pass everything, in order, also when copying fails, which is told once', async () => {
  const copied: number[] = [];
  const errors: unknown[] = [];
  const tee = createTee<number>({
    copy(chunk) {
      if (chunk === 3) throw new RangeError('no memory');
      copied.push(chunk);
    },
    onError: (error) => errors.push(error),
  });
  const passed: number[] = [];
  const { readable, writable } = new TransformStream(tee);
  const arriving = readable.pipeTo(new WritableStream({ write: (chunk) => void passed.push(chunk) }));
  const writer = writable.getWriter();
  for (const chunk of [1, 2, 3, 4, 5]) await writer.write(chunk);
  await writer.close();
  await arriving;
  expect(passed).toEqual([1, 2, 3, 4, 5]);
  expect(copied).toEqual([1, 2]);
  expect(errors).toEqual([new RangeError('no memory')]);
});
