import { ProtocolError, protocolErrorBody, type ErrorCode } from '@sightline/shared';

/** What somebody has to do before the server lets us in again. */
export type WayOut = 'enrol-again' | 'take-back' | 'try-again';

/** Why the agent is not connected, in words for its user. */
export interface ConnectionProblem {
  message: string;
  /** Trying again by itself would change nothing; this would. Undefined: it is tried again by itself. */
  wayOut?: WayOut;
}

/** Another window or computer has the place of this one. */
export const TAKEN_OVER: ConnectionProblem = {
  message:
    'Sightline was opened a second time for this device, and goes on there. Nothing is shared from here any more.',
  wayOut: 'take-back',
};

/** An administrator has ended it. */
export const DEVICE_REVOKED: ConnectionProblem = {
  message:
    'An administrator has removed this device. Nothing is shared any more. Ask for a new enrolment link if that was a mistake.',
  wayOut: 'enrol-again',
};

const NOT_KNOWN: ConnectionProblem = {
  message: 'The server does not know this device. Ask your administrator for a new enrolment link.',
  wayOut: 'enrol-again',
};

/** Reads the refusal out of a rejected request or a `connect_error`, whose `data` holds the error's body. */
export function refusalOf(error: unknown): ConnectionProblem {
  if (error instanceof ProtocolError) return problemOf(error.code, error.message);
  if (error instanceof Error) {
    const body = protocolErrorBody.safeParse('data' in error ? error.data : undefined);
    return body.success ? problemOf(body.data.code, body.data.message) : { message: error.message };
  }
  return { message: 'The server refused the connection without a reason.' };
}

function problemOf(code: ErrorCode, message: string): ConnectionProblem {
  switch (code) {
    case 'unauthorised':
      return NOT_KNOWN;
    case 'device-revoked':
      return DEVICE_REVOKED;
    case 'unsupported-protocol-version':
    case 'bad-payload':
      return { message, wayOut: 'try-again' };
    default:
      return { message };
  }
}
