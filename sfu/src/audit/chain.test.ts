import { describe, expect, it } from '@jest/globals';
import { AUDIT_ACTIONS, type AuditEntry } from '@sightline/shared';
import * as fc from 'fast-check';
import { NO_HASH, canonicalJson } from '@sightline/shared';
import { chainOn, verifyChain, type AuditEvent } from './chain.ts';

const eventArbitrary: fc.Arbitrary<AuditEvent> = fc.record({
  companyId: fc.constant('acme'),
  atMs: fc.nat(),
  action: fc.constantFrom(...AUDIT_ACTIONS),
  actor: fc.record({
    kind: fc.constantFrom('account', 'device', 'server', 'nobody'),
    id: fc.string(),
    name: fc.string({ unit: 'binary' }),
  }),
  address: fc.option(fc.ipV4()),
  details: fc.dictionary(
    fc.string({ minLength: 1, unit: 'grapheme-ascii' }).filter((key) => key !== '__proto__'),
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    { noNullPrototype: true },
  ),
});
const chainArbitrary = (minLength: number): fc.Arbitrary<AuditEntry[]> =>
  fc.array(eventArbitrary, { minLength, maxLength: 12 }).map((events) => chainOn(undefined, events));

const changes: readonly ((entry: AuditEntry) => AuditEntry)[] = [
  (entry) => ({ ...entry, atMs: entry.atMs + 1 }),
  (entry) => ({ ...entry, number: entry.number + 1 }),
  (entry) => ({ ...entry, companyId: null }),
  (entry) => ({ ...entry, action: entry.action === 'signed-in' ? 'signed-out' : 'signed-in' }),
  (entry) => ({ ...entry, actor: { ...entry.actor, id: `${entry.actor.id}x` } }),
  (entry) => ({ ...entry, address: entry.address === null ? '127.0.0.1' : null }),
  (entry) => ({ ...entry, details: { ...entry.details, extra: 1 } }),
  (entry) => ({ ...entry, previousHash: 'f'.repeat(64) }),
  (entry) => ({ ...entry, hash: NO_HASH }),
];

describe('a chain', () => {
  it('is right as it was made, and after a way through JSON', () => {
    fc.assert(
      fc.property(chainArbitrary(0), (entries) => {
        const read = JSON.parse(JSON.stringify(entries)) as AuditEntry[];
        const headHash = entries.at(-1)?.hash ?? NO_HASH;
        expect(verifyChain(read)).toEqual({ ok: true, entries: entries.length, headHash });
      }),
    );
  });

  it('goes on where it ended', () => {
    fc.assert(
      fc.property(fc.array(eventArbitrary), fc.array(eventArbitrary), (before, after) => {
        const first = chainOn(undefined, before);
        expect([...first, ...chainOn(first.at(-1), after)]).toEqual(
          chainOn(undefined, [...before, ...after]),
        );
      }),
    );
  });

  it('names the entry in which anything was changed', () => {
    fc.assert(
      fc.property(chainArbitrary(1), fc.nat(), fc.constantFrom(...changes), (entries, anywhere, change) => {
        const at = anywhere % entries.length;
        const forged = entries.map((entry, index) => (index === at ? change(entry) : entry));
        expect(verifyChain(forged)).toMatchObject({ ok: false, position: at + 1 });
      }),
    );
  });

  it('names the entry after one that was changed and hashed anew', () => {
    fc.assert(
      fc.property(chainArbitrary(2), fc.nat(), (entries, anywhere) => {
        const at = anywhere % (entries.length - 1);
        const forged = entries.map((entry, index) => {
          if (index !== at) return entry;
          const { number: _number, previousHash: _previous, hash: _hash, ...event } = entry;
          return chainOn(entries[at - 1], [{ ...event, atMs: event.atMs + 1 }])[0] ?? entry;
        });
        expect(verifyChain(forged)).toEqual({ ok: false, position: at + 2, fault: 'previous-hash' });
      }),
    );
  });

  it('names the entry after one that was removed', () => {
    fc.assert(
      fc.property(chainArbitrary(2), fc.nat(), (entries, anywhere) => {
        const at = anywhere % (entries.length - 1);
        expect(verifyChain(entries.toSpliced(at, 1))).toEqual({
          ok: false,
          position: at + 1,
          fault: 'number',
        });
      }),
    );
  });

  it('names an entry that was put in, even one with a number and hashes that fit', () => {
    fc.assert(
      fc.property(chainArbitrary(1), fc.nat(), eventArbitrary, (entries, anywhere, event) => {
        const at = anywhere % entries.length;
        const inserted = chainOn(entries[at - 1], [event]);
        expect(verifyChain(entries.toSpliced(at, 0, ...inserted))).toEqual({
          ok: false,
          position: at + 2,
          fault: 'number',
        });
      }),
    );
  });

  it('names the first of two entries that were swapped', () => {
    fc.assert(
      fc.property(chainArbitrary(2), fc.nat(), fc.nat(), (entries, one, other) => {
        const [first = 0, second = 0] = [one % entries.length, other % entries.length].sort((a, b) => a - b);
        fc.pre(first !== second);
        const swapped = entries.map((entry, at) =>
          at === first ? (entries[second] ?? entry) : at === second ? (entries[first] ?? entry) : entry,
        );
        expect(verifyChain(swapped)).toEqual({ ok: false, position: first + 1, fault: 'number' });
      }),
    );
  });
});

describe('canonical JSON', () => {
  it('is the same in whatever order the members come (RFC 8785, section 3.2.3)', () => {
    const sorted = '{"1":1,"a":null,"z":[true,{"b":"\\n","c":0}],"é":"€"}';
    expect(canonicalJson({ é: '€', z: [true, { c: -0, b: '\n' }], 1: 1, a: null })).toBe(sorted);
  });
});
