import { createHash, timingSafeEqual } from 'node:crypto';
import { PROTOCOL_VERSION, SUPPORTED_PROTOCOL_VERSIONS, type ErrorCode } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { Socket } from 'socket.io';

/** A refused connection, as `connect_error` shows it to the client: `error.data` has code and message. */
class ConnectRefusal extends Error {
  readonly data: { code: ErrorCode; message: string };

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = 'ConnectRefusal';
    this.data = { code, message };
  }
}

type Middleware = (socket: Socket, next: (error?: Error) => void) => void;

function refuseWith(logger: Logger, socket: Socket, code: ErrorCode, message: string): ConnectRefusal {
  logger.warn({ code, namespace: socket.nsp.name, address: socket.handshake.address }, 'connection refused');
  return new ConnectRefusal(code, message);
}

/** Refuses clients of a protocol version that this server does not speak, naming both. */
export function requireVersion(logger: Logger): Middleware {
  return (socket, next) => {
    const version: unknown = socket.handshake.auth['protocolVersion'];
    if (typeof version === 'number' && SUPPORTED_PROTOCOL_VERSIONS.includes(version)) {
      next();
      return;
    }
    const theirs = typeof version === 'number' ? String(version) : 'none';
    const message = `Protocol version ${theirs} is not supported; this server speaks ${PROTOCOL_VERSION}. Update the older of the two.`;
    next(refuseWith(logger, socket, 'unsupported-protocol-version', message));
  };
}

/** Refuses recorders that do not know the shared secret. Compares in constant time. */
export function requireSecret(secret: string, logger: Logger): Middleware {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const expected = digest(secret);
  return (socket, next) => {
    const given: unknown = socket.handshake.auth['secret'];
    if (typeof given === 'string' && timingSafeEqual(digest(given), expected)) {
      next();
      return;
    }
    next(
      refuseWith(
        logger,
        socket,
        'unauthorised',
        'Set the same SIGHTLINE_RECORDER_SECRET at the sfu and the recorder.',
      ),
    );
  };
}
