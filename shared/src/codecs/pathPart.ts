/** The longest file name that common file systems allow, in bytes. */
const MAX_PART_BYTES = 255;

const PLAIN = /^[A-Za-z0-9@_-][A-Za-z0-9@._-]*$/;
/** Names that Windows reserves, with or without an extension. */
const RESERVED = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

const escapeByte = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;

const escapeCharacter = (character: string): string =>
  [...new TextEncoder().encode(character)].map(escapeByte).join('');

/**
 * Writes any text as one safe file name: `%XX` for every UTF-8 byte that is not plain, for a leading or
 * trailing dot, and for the first letter of a name that Windows reserves. Different texts have different names, also
 * where file systems compose and decompose what is not ASCII; where case makes no difference, they are not told
 * apart by case alone.
 *
 * @returns undefined if the text is empty, is not well-formed Unicode, or would be longer than 255 bytes.
 */
export function encodePathPart(text: string): string | undefined {
  if (text === '' || !text.isWellFormed()) return undefined;
  const reserved = RESERVED.test(text);
  const isPlain = PLAIN.test(text) && !reserved && !text.endsWith('.');
  const part = isPlain ? text : escapeEach([...text], reserved);
  return part.length <= MAX_PART_BYTES ? part : undefined;
}

/** Whether {@link encodePathPart} makes a name of no more than `maxBytes` of the text. */
export function fitsPathPart(text: string, maxBytes: number): boolean {
  const part = encodePathPart(text);
  return part !== undefined && part.length <= maxBytes;
}

const escapeEach = (characters: readonly string[], reserved: boolean): string =>
  characters
    .map((character, at) => {
      const edge = character === '.' && (at === 0 || at === characters.length - 1);
      const plain = /[A-Za-z0-9@._-]/.test(character) && !edge && !(reserved && at === 0);
      return plain ? character : escapeCharacter(character);
    })
    .join('');

/** Reads what {@link encodePathPart} wrote; undefined for anything that it would not have written. */
export function decodePathPart(part: string): string | undefined {
  let text: string;
  try {
    text = decodeURIComponent(part);
  } catch {
    return undefined;
  }
  return encodePathPart(text) === part ? text : undefined;
}
