import { describe, expect, it } from '@jest/globals';
import { fail, succeed, type Result } from './result.ts';

describe('a result', () => {
  it('is told apart by `ok`', () => {
    const results: Result<number, string>[] = [succeed(1), fail('no')];
    expect(results.map((result) => (result.ok ? result.value : result.error))).toEqual([1, 'no']);
  });
});
