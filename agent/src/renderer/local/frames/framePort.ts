/** A frame that belongs to whoever has it, and is to be closed: a capture has few to give. */
export interface Frame {
  close(): void;
}

/** Takes frames from a capture, one after the other. */
export interface FrameReader<Taken extends Frame> {
  /**
   * Resolves to the next frame, which is the caller's from then on; to undefined when there are no more.
   *
   * @throws {Error} when the capture has failed.
   */
  read(): Promise<Taken | undefined>;
  /** Takes no more: what is read has come to its end. May be called again. */
  cancel(): void;
}

type Request = 'read' | 'cancel';
type Answer<Taken> = { frame: Taken } | { error: string } | { isOver: true };

/**
 * Gives whoever is at the other end of the port one frame whenever they ask.
 *
 * Chromium (156) holds frames back while two of a screen are out, and counts those which it lost until garbage is collected:
 * for half a minute, or for good. It loses one where the stream itself is handed to another thread just when a frame
 * comes, and where it is cancelled just then while it is read. So frames are handed over one by one, and what is being
 * read is waited for before the stream is cancelled.
 *
 * @returns gives no more. May be called again.
 */
export function serveFrames<Taken extends Frame & Transferable>(
  frames: ReadableStream<Taken>,
  port: MessagePort,
): () => void {
  const reader = frames.getReader();
  let isReading = false;
  let isStopped = false;

  async function next(): Promise<Answer<Taken>> {
    try {
      const { value } = await reader.read();
      return value === undefined ? { isOver: true } : { frame: value };
    } catch (error) {
      return { error: String(error) };
    }
  }

  async function serve(): Promise<void> {
    isReading = true;
    const answer = await next();
    isReading = false;
    if (!isStopped) {
      port.postMessage(answer, 'frame' in answer ? [answer.frame] : []);
      return;
    }
    if ('frame' in answer) answer.frame.close();
    cancel();
  }

  function cancel(): void {
    // Of a capture that has failed nothing is left to cancel: who reads from it has been told.
    reader.cancel().catch(() => undefined);
  }

  function stop(): void {
    if (isStopped) return;
    isStopped = true;
    port.close();
    if (!isReading) cancel();
  }

  port.addEventListener('message', ({ data }: MessageEvent<Request>) => {
    if (data === 'cancel') stop();
    else void serve();
  });
  port.start();
  return stop;
}

/** Reads what {@link serveFrames} gives at the other end. */
export function readFrames<Taken extends Frame>(port: MessagePort): FrameReader<Taken> {
  let isOver = false;
  let waiting: PromiseWithResolvers<Taken | undefined> | undefined;
  const ask = (request: Request): void => port.postMessage(request);

  port.addEventListener('message', ({ data }: MessageEvent<Answer<Taken>>) => {
    const asked = waiting;
    waiting = undefined;
    if ('frame' in data && isOver) data.frame.close();
    else if ('frame' in data) asked?.resolve(data.frame);
    else if ('error' in data) asked?.reject(new Error(data.error));
    else asked?.resolve(undefined);
  });
  port.start();

  return {
    read() {
      if (isOver) return Promise.resolve(undefined);
      if (waiting === undefined) {
        waiting = Promise.withResolvers();
        ask('read');
      }
      return waiting.promise;
    },
    cancel() {
      if (isOver) return;
      isOver = true;
      waiting?.resolve(undefined);
      ask('cancel');
    },
  };
}
