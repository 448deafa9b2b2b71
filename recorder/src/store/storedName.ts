import { decodeSegmentName, encodeSegmentName, type SegmentName } from '@sightline/shared';

/** How the media of a segment is kept. */
export type StoredForm = 'plain' | 'encrypted';

/** All forms, in the order in which they are looked for. */
export const STORED_FORMS: readonly StoredForm[] = ['encrypted', 'plain'];

/** Beside what was uploaded, or in its place: says what of it is in the object store. */
export const RECEIPT_ENDING = '.s3';

/** Turns the ending of a segment's plain file, `.ts`, into `.tse`. */
const ENCRYPTED_ENDING = 'e';

/** The file name of a segment in one of the forms. */
export const encodeStoredName = (name: SegmentName, form: StoredForm): string =>
  toStoredForm(encodeSegmentName(name), form);

/** The name, or path, of a segment in one of the forms, given that of the plain one. */
export const toStoredForm = (plain: string, form: StoredForm): string =>
  form === 'plain' ? plain : `${plain}${ENCRYPTED_ENDING}`;

/** Which form a name, or path, is of. */
export const formOf = (stored: string): StoredForm =>
  stored.endsWith(`.ts${ENCRYPTED_ENDING}`) ? 'encrypted' : 'plain';

/** Reads what {@link encodeStoredName} wrote; undefined for anything else. */
export function decodeStoredName(stored: string): SegmentName | undefined {
  const plain = formOf(stored) === 'plain' ? stored : stored.slice(0, -ENCRYPTED_ENDING.length);
  return decodeSegmentName(plain);
}
