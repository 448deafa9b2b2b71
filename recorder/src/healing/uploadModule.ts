import type { Clock } from '@sightline/shared';
import {
  HttpProblem,
  sendProblem,
  verifyUploadToken,
  type Logger,
  type UploadOrder,
} from '@sightline/shared/node';
import { Server } from '@tus/server';
import type { FastifyReply } from 'fastify';
import type { HttpModule } from '../http/server.ts';
import { hasCode } from '../store/fileErrors.ts';
import type { UploadFolder } from './uploadFolder.ts';
import { INSUFFICIENT_STORAGE, NoRoom, UploadStore } from './uploadStore.ts';

const PREFIX = '/uploads';
/** Room is made in less than that, if it can be made. */
const AGAIN_SECONDS = 60;
const BEARER = /^Bearer (\S{1,4096})$/;

/** What uploads need. */
export interface UploadModuleDeps {
  uploads: UploadFolder;
  /** Whether the disk has room for more than what is being recorded. */
  hasRoom: () => boolean;
  secret: string;
  /** Origins of the pages that agents are. */
  origins: readonly string[];
  /** All of a piece is here, durably. Also said of one that was complete before. */
  onComplete: (pieceId: string) => void;
  clock: Clock;
  logger: Logger;
}

/**
 * `/uploads/:pieceId`, for whoever brings the token of the piece: tus 1.0.0 with termination. An upload exists from its
 * token on, so that there is nothing to create: HEAD says how far it has come, PATCH goes on. Both are answered 507 while the
 * disk is short of room: pieces are safe where they are.
 */
export function uploadModule({ uploads, hasRoom, clock, logger, ...deps }: UploadModuleDeps): HttpModule {
  const tus = new Server({
    path: PREFIX,
    datastore: new UploadStore(uploads, hasRoom),
    allowedOrigins: [...deps.origins],
    onUploadFinish: (_request, { id }) => {
      deps.onComplete(id);
      return Promise.resolve({});
    },
    onResponseError: (_request, error) => {
      if (error instanceof Error && !(error instanceof NoRoom))
        logger.error({ err: error, code: 'upload-failed' }, 'an upload could not be taken in');
      return undefined;
    },
  });

  const authorise = async (header: string | undefined): Promise<UploadOrder> => {
    const token = BEARER.exec(header ?? '')?.[1];
    if (token === undefined)
      throw new HttpProblem(401, 'unauthorised', 'A token is missing; offer the piece to the sfu.');
    const opened = await verifyUploadToken(deps.secret, token, clock.nowMs());
    if (opened.ok) return opened.value.content;
    throw opened.error === 'expired'
      ? new HttpProblem(401, 'token-expired', 'The token has expired; offer the piece to the sfu again.')
      : new HttpProblem(401, 'unauthorised', 'The token is not valid; offer the piece to the sfu.');
  };

  /** False: the disk has no room for it. */
  const ensure = async (order: UploadOrder): Promise<boolean> => {
    try {
      await uploads.ensure(order);
      return true;
    } catch (error) {
      if (hasCode(error, 'ENOSPC')) return false;
      throw error;
    }
  };
  const sendNoRoom = (reply: FastifyReply): FastifyReply => {
    const problem = new HttpProblem(
      INSUFFICIENT_STORAGE,
      'disk-full',
      'The disk of this recorder has no room for it now; keep it, and go on with it later.',
    );
    // The log has the state of the disk already.
    sendProblem(reply.header('retry-after', String(AGAIN_SECONDS)), problem, () => undefined);
    return reply;
  };

  return {
    prefix: PREFIX,
    cors: {
      origins: deps.origins,
      methods: ['HEAD', 'PATCH', 'DELETE'],
      allowedHeaders: ['Authorization', 'Content-Type', 'Tus-Resumable', 'Upload-Offset'],
      exposedHeaders: ['Retry-After', 'Tus-Resumable', 'Upload-Length', 'Upload-Offset'],
    },
    mount(scope) {
      // The body is a stream for the tus server, however long.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
      scope.route<{ Params: { pieceId: string } }>({
        method: ['HEAD', 'PATCH', 'DELETE'],
        url: '/:pieceId',
        handler: async (request, reply) => {
          const order = await authorise(request.headers.authorization);
          if (order.pieceId !== request.params.pieceId)
            throw new HttpProblem(403, 'forbidden', 'The token is for another piece.');
          if (request.method !== 'DELETE' && !hasRoom()) return sendNoRoom(reply);
          if (!(await ensure(order))) return sendNoRoom(reply);
          reply.hijack();
          await tus.handle(request.raw, reply.raw);
          return reply;
        },
      });
    },
  };
}
