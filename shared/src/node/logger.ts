import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Fields that never reach a log, at the top level or one below. */
const SECRET_FIELDS = ['token', 'secret', 'password', 'authorization', 'cookie', 'iceParameters', 'auth'];

/** The logger of a service: JSON lines on stdout, secrets blanked, `level` as pino names them. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    name: service,
    level,
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '[secret]' },
  });
}
