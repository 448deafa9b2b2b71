import fc from 'fast-check';

const of = (units: readonly string[], maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...units), minLength: 1, maxLength });

const ASTRAL = ['😀', '𝒳', '👩‍👧', '\u{10ffff}', '𠀀'];
const astral = of(ASTRAL, 40);
const RESERVED = [
  'CON',
  'con',
  'NUL',
  'aux',
  'Prn',
  'COM1',
  'com0',
  'LPT9',
  'lpt1',
  'COM¹',
  'CONIN$',
  'console',
];
const EDGES = ['', '.', '..', ' ', '. ', ' .', '.txt', ':', '\0', '/', '\\'];

const controlCharacter = fc.integer({ min: 0, max: 0x9f }).map((code) => String.fromCharCode(code));

/** Text that somebody may call a company, a user, a host or a session, and that a file system takes for something else. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  of(['.'], 300),
  of(['.', '/', '\\', '..', ':', '%2F', '%2e', '%00', '%', '~', 'a'], 60),
  fc.tuple(fc.constantFrom(...RESERVED), fc.constantFrom(...EDGES)).map((parts) => parts.join('')),
  fc.string({ unit: controlCharacter, minLength: 1, maxLength: 40 }),
  fc.tuple(fc.constantFrom('a', '..', 'CON'), controlCharacter).map((parts) => parts.join('')),
  of([...`!~*'()`], 80),
  fc.tuple(astral, fc.constantFrom(...EDGES)).map((parts) => parts.join('')),
  of(['\ud800', '\udfff', 'a', '😀'], 20),
  of(['漢', 'ё', 'ש', 'a'], 80),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 300 }),
);

/** Two different texts that look the same, or that some file systems take for the same: composed and decomposed. */
export const twins: fc.Arbitrary<[string, string]> = fc
  .tuple(hostileText, of(['é', 'Å', '각', 'ё', 'ñ'], 4), fc.constantFrom('', '.', '😀'))
  .map((parts) => parts.join(''))
  .map((text): [string, string] => [text.normalize('NFC'), text.normalize('NFD')]);
