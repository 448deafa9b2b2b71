import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../../clock.ts';
import { TypedEmitter } from '../../typedEmitter.ts';
import { ConfigError } from '../config.ts';
import type { Logger } from '../logger.ts';

/** Where certificate (with its chain) and private key are: PEM files. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate, with its chain, and its private key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** The certificate in use; follows its files. */
export interface CertificateWatch {
  readonly current: Certificate;
  readonly events: TypedEmitter<{ replaced: [certificate: Certificate] }>;
  close(): void;
}

/**
 * Files are compared by content: tools replace them by rename, by symbolic link, or in place, and of these no
 * notification of the system reports every one.
 */
const LOOK_EVERY_MS = 1_000;

/**
 * Reads a certificate and follows it from then on. A pair that cannot be used is logged, and the one before stays.
 *
 * @throws {ConfigError} when the first pair cannot be used
 */
export async function watchCertificate(deps: {
  files: CertificateFiles;
  clock: Clock;
  logger: Logger;
}): Promise<CertificateWatch> {
  const { files, clock, logger } = deps;
  const events = new TypedEmitter<{ replaced: [certificate: Certificate] }>((error, event) =>
    logger.error({ code: 'internal', err: error, event }, 'a new certificate could not be handed on'),
  );
  let current = await readFirst(files);
  let lastLook = contentOf(current);
  let settled = lastLook;
  let looking = false;

  const replace = (next: Certificate): void => {
    try {
      check(next);
    } catch (error) {
      logger.error({ code: 'certificate-refused', err: error }, refusal(files));
      return;
    }
    current = next;
    logger.info({ validUntil: new X509Certificate(next.cert).validTo }, 'a new certificate is in use');
    events.emit('replaced', next);
  };
  const look = async (): Promise<void> => {
    const found = await read(files).catch((error: unknown) => asError(error));
    const content = found instanceof Error ? found.message : contentOf(found);
    // Two files are not replaced at once: what counts is what is still there at the next look.
    const isStable = content === lastLook;
    lastLook = content;
    if (!isStable || content === settled) return;
    settled = content;
    if (found instanceof Error) logger.error({ code: 'certificate-unreadable', err: found }, refusal(files));
    else replace(found);
  };
  const stop = clock.every(LOOK_EVERY_MS, () => {
    if (looking) return;
    looking = true;
    void look().finally(() => {
      looking = false;
    });
  });
  return {
    get current() {
      return current;
    },
    events,
    close: stop,
  };
}

const contentOf = ({ cert, key }: Certificate): string => `${cert}\n${key}`;

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

const refusal = ({ certFile, keyFile }: CertificateFiles): string =>
  `the certificate in use stays: put a certificate into ${certFile} and its key into ${keyFile}`;

async function read({ certFile, keyFile }: CertificateFiles): Promise<Certificate> {
  const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
  return { cert, key };
}

/** @throws OpenSSL's error when the two do not parse or do not belong together */
function check({ cert, key }: Certificate): void {
  createSecureContext({ cert, key });
}

async function readFirst(files: CertificateFiles): Promise<Certificate> {
  try {
    const certificate = await read(files);
    check(certificate);
    return certificate;
  } catch (error) {
    throw new ConfigError([
      `SIGHTLINE_TLS_CERT, SIGHTLINE_TLS_KEY: must be PEM files, a certificate and its key (${asError(error).message})`,
    ]);
  }
}
