import {
  listenToNotices,
  recorderCommands,
  recorderNotices,
  serveRequests,
  type NoticeHandlers,
  type NoticeSource,
  type RequestHandlers,
  type RequestSource,
} from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';

/** What the recorder does when the sfu commands or tells it something. */
export type CommandHandlers = RequestHandlers<typeof recorderCommands> &
  NoticeHandlers<typeof recorderNotices>;

/** Has every command of the sfu answered, and every event that is none. */
export function answerCommands(
  socket: RequestSource & NoticeSource,
  handlers: CommandHandlers,
  logger: Logger,
): void {
  serveRequests(socket, recorderCommands, handlers, {
    notices: Object.keys(recorderNotices),
    onRefused: (event, code, cause) => {
      if (cause === undefined) logger.warn({ event, code }, 'a command was refused');
      else logger.error({ event, code, err: cause }, 'a command failed');
    },
  });
  listenToNotices(socket, recorderNotices, handlers, (event, error) => {
    logger.warn({ event, err: error, code: 'bad-payload' }, 'ignored a malformed notice');
  });
}
