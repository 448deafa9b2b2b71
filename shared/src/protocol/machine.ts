import * as z from 'zod';
import { fitsPathPart } from '../codecs/pathPart.ts';
import { PLAIN_TEXT } from './text.ts';

/** Two of them, an `@` and a number that tells devices apart are one part of a path. */
const MAX_NAME_BYTES = 96;

const name = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(PLAIN_TEXT)
  .refine((text) => fitsPathPart(text, MAX_NAME_BYTES), 'too long when written as a path');

/** What an agent says of its machine: shown to viewers; at enrolment it also fixes the user id of the device. */
export const machineInfo = z.object({
  userName: name,
  hostName: name,
  os: z.string().trim().max(64).regex(PLAIN_TEXT),
});

/** See {@link machineInfo}. */
export type MachineInfo = z.output<typeof machineInfo>;
