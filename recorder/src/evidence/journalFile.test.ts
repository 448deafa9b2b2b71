import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createJournalFile, type OpenFile } from './journalFile.ts';

/** A disk that fails as it is told to, one word per operation, and then works. */
function createFakeFile(faults: readonly ('ok' | 'short' | 'fails' | 'half')[]) {
  const left = [...faults];
  let content = Buffer.alloc(0);
  const refuse = (): never => {
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  };
  const put = (bytes: Buffer, at: number): void => {
    content = Buffer.concat([content, Buffer.alloc(Math.max(0, at - content.length))]);
    content = Buffer.concat([content.subarray(0, at), bytes, content.subarray(at + bytes.length)]);
  };
  const file: OpenFile = {
    async write(bytes, offset, length, position) {
      const fault = left.shift() ?? 'ok';
      if (fault === 'fails') refuse();
      const count = fault === 'ok' ? length : Math.ceil(length / 2);
      put(bytes.subarray(offset, offset + count), position);
      if (fault === 'half') refuse();
      return { bytesWritten: count };
    },
    async datasync() {
      if ((left.shift() ?? 'ok') === 'fails') refuse();
    },
    async truncate(length) {
      if ((left.shift() ?? 'ok') === 'fails') refuse();
      content = content.subarray(0, length);
    },
    close: () => Promise.resolve(),
  };
  return { file, text: () => content.toString() };
}

describe('a journal file', () => {
  it('holds what was acknowledged and nothing else, however the disk fails in between', async () => {
    const fault = fc.constantFrom('ok' as const, 'short' as const, 'fails' as const, 'half' as const);
    const texts = fc.array(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 40 }), texts, async (faults, lines) => {
        const { file, text } = createFakeFile(faults);
        const journal = createJournalFile(file, 0);
        let acknowledged = '';
        for (const line of lines) {
          const durable = await journal.append(line).then(
            () => true,
            () => false,
          );
          if (durable) {
            acknowledged += line;
            expect(text()).toBe(acknowledged);
          } else {
            expect(text().startsWith(acknowledged)).toBe(true);
          }
        }
      }),
    );
  });
});
