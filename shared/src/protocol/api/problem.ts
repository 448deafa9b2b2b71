import * as z from 'zod';

/** An error of the HTTP API (RFC 9457), with one of our codes. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().exactOptional(),
  code: z.string(),
});

/** See {@link problem}. */
export type Problem = z.output<typeof problem>;
