import { ProtocolError, protocolErrorBody, type ErrorCode } from '@sightline/shared';

/** Why the agent is not connected, in words for its user. */
export interface ConnectionProblem {
  message: string;
  /** Trying again would change nothing: somebody has to act. */
  final: boolean;
}

const FINAL_CODES: ReadonlySet<ErrorCode> = new Set([
  'unsupported-protocol-version',
  'unauthorised',
  'bad-payload',
]);

/** Reads the refusal out of a rejected request or a `connect_error`, whose `data` holds the error's body. */
export function refusalOf(error: unknown): ConnectionProblem {
  if (error instanceof ProtocolError) return { message: error.message, final: FINAL_CODES.has(error.code) };
  if (error instanceof Error) {
    const body = protocolErrorBody.safeParse('data' in error ? error.data : undefined);
    if (body.success) return { message: body.data.message, final: FINAL_CODES.has(body.data.code) };
    return { message: error.message, final: false };
  }
  return { message: 'The server refused the connection without a reason.', final: false };
}
