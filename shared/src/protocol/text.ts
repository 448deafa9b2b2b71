import * as z from 'zod';
import { encodePathPart } from '../codecs/pathPart.ts';

/** Text that can be a part of a path, see {@link encodePathPart}. */
export const pathText = z
  .string()
  .refine((text) => encodePathPart(text) !== undefined, 'cannot be a part of a path');

/** Text without control characters and halves of characters: what every database keeps as it is, and every terminal shows. */
export const PLAIN_TEXT = /^[^\p{Cc}\p{Cs}]*$/u;
