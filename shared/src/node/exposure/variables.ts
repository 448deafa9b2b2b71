import * as z from 'zod';

/** An address of this machine to listen on. */
export const listenHost = z.union(
  [z.ipv4(), z.ipv6(), z.literal('localhost')],
  'must be an IP address of this machine, or localhost',
);

/** The environment variables about TLS, for the schema of a service's configuration. */
export const encryptionVariables = {
  /** PEM files. They are followed: a new certificate is used without a restart. */
  SIGHTLINE_TLS_CERT: z.string().optional(),
  SIGHTLINE_TLS_KEY: z.string().optional(),
  /** The proxies that do TLS: only theirs are the X-Forwarded headers that are believed. */
  SIGHTLINE_BEHIND_PROXY: z
    .string()
    .transform((list) => list.split(',').map((entry) => entry.trim()))
    .pipe(
      z.array(
        z.union(
          [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
          'must be addresses or CIDR blocks, separated by commas',
        ),
      ),
    )
    .optional(),
};
