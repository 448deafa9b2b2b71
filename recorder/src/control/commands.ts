import {
  ProtocolError,
  recorderCommands,
  recorderNotices,
  type Ack,
  type RecorderToServer,
  type RequestHandlers,
  type ServerToRecorder,
} from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { Socket } from 'socket.io-client';
import type * as z from 'zod';

/** What the recorder does when the sfu commands or tells it something. */
export type CommandHandlers = RequestHandlers<typeof recorderCommands> & {
  'run-key-frame': (notice: z.output<(typeof recorderNotices)['run-key-frame']>) => void;
};

const KNOWN: ReadonlySet<string> = new Set([
  ...Object.keys(recorderCommands),
  ...Object.keys(recorderNotices),
]);

/** Has every command of the sfu answered, and every event that is none. */
export function answerCommands(
  socket: Socket<ServerToRecorder, RecorderToServer>,
  handlers: CommandHandlers,
  logger: Logger,
): void {
  socket.on('start-run', (payload, ack) => {
    const order = recorderCommands['start-run'].request.safeParse(payload);
    void answer('start-run', order, handlers['start-run'], ack, logger);
  });
  socket.on('stop-run', (payload, ack) => {
    const run = recorderCommands['stop-run'].request.safeParse(payload);
    void answer('stop-run', run, handlers['stop-run'], ack, logger);
  });
  socket.on('run-key-frame', (payload) => {
    const notice = recorderNotices['run-key-frame'].safeParse(payload);
    if (notice.success) handlers['run-key-frame'](notice.data);
    else logger.warn({ problem: describe(notice.error) }, 'ignored a malformed run-key-frame');
  });
  socket.onAny((event: string, ...args: unknown[]) => {
    if (KNOWN.has(event)) return;
    logger.warn({ event: event.slice(0, 64) }, 'ignored an unknown event');
    const ack = args.at(-1);
    if (isRespond(ack)) ack(refusal('unknown-event', 'This recorder does not know the event.'));
  });
}

type Respond = (answer: Ack<unknown>) => void;

const isRespond = (value: unknown): value is Respond => typeof value === 'function';

const refusal = (code: ProtocolError['code'], message: string): Ack<never> => ({
  ok: false,
  error: { code, message },
});

const describe = (error: z.ZodError): string =>
  error.issues
    .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    .join('; ')
    .slice(0, 500);

async function answer<Payload, Data>(
  event: string,
  payload: z.ZodSafeParseResult<Payload>,
  handle: (payload: Payload) => Data | Promise<Data>,
  ack: unknown,
  logger: Logger,
): Promise<void> {
  if (!isRespond(ack)) return logger.warn({ event }, 'ignored a command that wants no answer');
  if (!payload.success) return void ack(refusal('bad-payload', describe(payload.error)));
  try {
    ack({ ok: true, data: await handle(payload.data) } satisfies Ack<Data>);
  } catch (error) {
    if (error instanceof ProtocolError) {
      logger.warn({ event, code: error.code, reason: error.message }, 'a command was refused');
      return ack(refusal(error.code, error.message));
    }
    logger.error({ event, err: error }, 'a command failed');
    ack(refusal('internal', 'The recorder could not do that; see its log.'));
  }
}
