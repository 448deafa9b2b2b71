import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { PROTOCOL_VERSION, SUPPORTED_PROTOCOL_VERSIONS, type ErrorCode } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { DeviceCredentials } from '../enrolment/deviceCredentials.ts';
import { reachOf } from '../identity/authorise.ts';
import type { Sessions } from '../identity/sessions.ts';
import type { SocketData } from './sockets.ts';

/** A refused connection, as `connect_error` shows it to the client: `error.data` has code and message. */
class ConnectRefusal extends Error {
  readonly data: { code: ErrorCode; message: string };

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = 'ConnectRefusal';
    this.data = { code, message };
  }
}

/** The part of a socket that deciding about it needs. */
export interface Applicant {
  readonly handshake: {
    readonly auth: Record<string, unknown>;
    readonly headers: IncomingHttpHeaders;
    readonly address: string;
  };
  readonly nsp: { readonly name: string };
  readonly data: SocketData;
}

/** Lets a connection in, or refuses it: Socket.IO's middleware. */
export type Admission = (socket: Applicant, next: (refusal?: Error) => void) => void;

/** Lets a connection in, or refuses it with the code and message that `decide` comes to. */
function admission(
  logger: Logger,
  decide: (socket: Applicant) => Promise<ConnectRefusal | undefined> | ConnectRefusal | undefined,
): Admission {
  return (socket, next) => {
    const { address } = socket.handshake;
    const namespace = socket.nsp.name;
    Promise.resolve(decide(socket)).then(
      (refusal) => {
        if (refusal !== undefined)
          logger.warn({ code: refusal.data.code, namespace, address }, 'connection refused');
        next(refusal);
      },
      (error: unknown) => {
        logger.error({ err: error, code: 'internal', namespace }, 'admission failed');
        next(new ConnectRefusal('internal', 'The service could not do that; its log says why.'));
      },
    );
  };
}

/** Refuses clients of a protocol version that this server does not speak, naming both. */
export function requireVersion(logger: Logger): Admission {
  return admission(logger, (socket) => {
    const version: unknown = socket.handshake.auth['protocolVersion'];
    if (typeof version === 'number' && SUPPORTED_PROTOCOL_VERSIONS.includes(version)) {
      return undefined;
    }
    const theirs = typeof version === 'number' ? String(version) : 'none';
    const message = `Protocol version ${theirs} is not supported; this server speaks ${PROTOCOL_VERSION}. Update the older of the two.`;
    return new ConnectRefusal('unsupported-protocol-version', message);
  });
}

/** Refuses recorders that do not know the shared secret. Compares in constant time. */
export function requireSecret(secret: string, logger: Logger): Admission {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const expected = digest(secret);
  return admission(logger, (socket) => {
    const given: unknown = socket.handshake.auth['secret'];
    const known = typeof given === 'string' && timingSafeEqual(digest(given), expected);
    const advice = 'Set the same SIGHTLINE_RECORDER_SECRET at the sfu and the recorder.';
    return known ? undefined : new ConnectRefusal('unauthorised', advice);
  });
}

/** Refuses agents without the credential of an enrolled device; puts the device into `socket.data`. */
export function requireDevice(
  credentials: Pick<DeviceCredentials, 'authenticate'>,
  logger: Logger,
): Admission {
  return admission(logger, async (socket) => {
    const credential: unknown = socket.handshake.auth['credential'];
    const device = typeof credential === 'string' ? await credentials.authenticate(credential) : 'unknown';
    if (device === 'unknown') {
      return new ConnectRefusal('unauthorised', 'This credential belongs to no device; enrol the agent.');
    }
    if (device === 'revoked') {
      return new ConnectRefusal('device-revoked', 'This device was revoked; enrol it again.');
    }
    socket.data.device = device;
    return undefined;
  });
}

/**
 * Refuses dashboards whose account is not signed in, has to change its password, or may see no screen; puts the
 * account into `socket.data`.
 */
export function requireAccount(sessions: Pick<Sessions, 'authenticate'>, logger: Logger): Admission {
  return admission(logger, async (socket) => {
    const signedIn = await sessions.authenticate(socket.handshake.headers.cookie);
    if (signedIn === undefined) return new ConnectRefusal('unauthorised', 'Sign in first.');
    if (signedIn.mustChangePassword) {
      return new ConnectRefusal('password-change-required', 'Change your one-time password first.');
    }
    const reach = reachOf(signedIn.principal, 'live.view');
    if (!reach.everywhere && reach.companies.size === 0) {
      return new ConnectRefusal('forbidden', 'Your role does not let you watch; ask an administrator.');
    }
    socket.data.signedIn = signedIn;
    return undefined;
  });
}
