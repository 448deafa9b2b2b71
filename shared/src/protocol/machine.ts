import * as z from 'zod';
import { PLAIN_TEXT } from './text.ts';

const name = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .refine((text) => encodeURIComponent(text.toWellFormed()).length <= 96, 'too long when written as a path')
  .regex(PLAIN_TEXT);

/** What an agent says of its machine: shown to viewers; at enrolment it also fixes the user id of the device. */
export const machineInfo = z.object({
  userName: name,
  hostName: name,
  os: z.string().trim().max(64).regex(PLAIN_TEXT),
});

/** See {@link machineInfo}. */
export type MachineInfo = z.output<typeof machineInfo>;
