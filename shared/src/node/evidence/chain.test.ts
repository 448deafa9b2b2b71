import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { NO_HASH } from '../../evidence/digest.ts';
import { chainEntry, findLinkFault, type ChainLink } from './chain.ts';

const event = fc.record({ what: fc.string(), atMs: fc.nat() });

describe('a chain of entries', () => {
  it('begins at 1 after no hash, and each entry fits the one before', () => {
    fc.assert(
      fc.property(fc.array(event), (events) => {
        let last: ChainLink | undefined;
        for (const [at, added] of events.entries()) {
          const entry = chainEntry(last, added);
          expect(entry).toMatchObject({ ...added, number: at + 1, previousHash: last?.hash ?? NO_HASH });
          expect(findLinkFault(last, entry)).toBeUndefined();
          last = entry;
        }
      }),
    );
  });

  it('tells what does not fit', () => {
    const first = chainEntry(undefined, { what: 'a' });
    const second = chainEntry(first, { what: 'b' });
    expect(findLinkFault(undefined, second)).toBe('number');
    expect(findLinkFault({ ...first, hash: NO_HASH }, second)).toBe('previous-hash');
    expect(findLinkFault(first, { ...second, what: 'c' })).toBe('hash');
    expect(findLinkFault(first, { ...second, extra: 1 })).toBe('hash');
  });
});
