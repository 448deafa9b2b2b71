import * as z from 'zod';

/** Every reason for which a request can be refused. */
export const ERROR_CODES = [
  'bad-payload',
  'unknown-event',
  'unsupported-protocol-version',
  'unauthorised',
  'forbidden',
  'password-change-required',
  'device-revoked',
  'ticket-invalid',
  'ticket-expired',
  'ticket-spent',
  'ticket-foreign',
  'ticket-unknown-client',
  'reconnection-not-allowed',
  'rate-limited',
  'not-connected',
  'already-connected',
  'not-streaming',
  'already-streaming',
  'unknown-transport',
  'transport-not-connected',
  'unknown-router',
  'unknown-producer',
  'duplicate-producer',
  'unknown-consumer',
  'unknown-session',
  'unknown-run',
  'unsupported-codec',
  'disk-full',
  'disk-slow',
  'overloaded',
  'unknown-piece',
  'unknown-claim',
  'unknown-export',
  'bad-seal-key',
  'bad-seal',
  'cannot-consume',
  'limit-reached',
  'media-unavailable',
  'timeout',
  'internal',
] as const;

/** A code of {@link ERROR_CODES}. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** The refusal of a request. `message` tells a person what to do about it. */
export interface ProtocolErrorBody {
  code: ErrorCode;
  message: string;
}

/** What every request is answered with. */
export type Ack<T> = { ok: true; data: T } | { ok: false; error: ProtocolErrorBody };

/** The shape of a refusal, for those that read one off the wire. */
export const protocolErrorBody = z.object({ code: z.enum(ERROR_CODES), message: z.string() });

/** A refusal as an exception, on either side of the wire. */
export class ProtocolError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = 'ProtocolError';
    this.code = code;
  }
}
