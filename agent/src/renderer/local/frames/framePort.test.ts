import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFrames, serveFrames, type FrameReader } from './framePort.ts';

/** Stands for a frame: it can be handed over and closed, and what is left of it here tells when it was. */
interface FakeFrame {
  readonly frame: MessagePort;
  readonly closed: Promise<unknown>;
}

function fakeFrame(): FakeFrame {
  const { port1, port2 } = new MessageChannel();
  const closed = new Promise((resolve) => port2.addEventListener('close', resolve));
  port2.start();
  return { frame: port1, closed };
}

let capture: ReadableStreamDefaultController<MessagePort>;
let isCancelled: boolean;
let cancelled: Promise<void>;
let pulled: Promise<void>;
let stop: () => void;
let reader: FrameReader<MessagePort>;
let far: { port: MessagePort; closed: Promise<unknown> };

beforeEach(() => {
  isCancelled = false;
  const cancelling = Promise.withResolvers<void>();
  cancelled = cancelling.promise;
  const pulling = Promise.withResolvers<void>();
  pulled = pulling.promise;
  const frames = new ReadableStream<MessagePort>(
    {
      start: (controller) => void (capture = controller),
      pull: () => pulling.resolve(),
      cancel() {
        isCancelled = true;
        cancelling.resolve();
      },
    },
    { highWaterMark: 0 },
  );
  const { port1, port2 } = new MessageChannel();
  far = { port: port2, closed: new Promise((resolve) => port2.addEventListener('close', resolve)) };
  stop = serveFrames(frames, port1);
  reader = readFrames(port2);
});

afterEach(() => {
  stop();
  far.port.close();
});

describe('frames that are read through a port', () => {
  it('come one for each read, and belong to the reader', async () => {
    const [first, second] = [fakeFrame(), fakeFrame()];
    const read = reader.read();
    capture.enqueue(first.frame);
    capture.enqueue(second.frame);
    (await read)?.close();
    await first.closed;
    (await reader.read())?.close();
    await second.closed;
  });

  it('come however long before the first read they were there', async () => {
    const early = fakeFrame();
    capture.enqueue(early.frame);
    await new Promise((resolve) => setTimeout(resolve, 0));
    (await reader.read())?.close();
    await early.closed;
  });

  it('are over when the capture is', async () => {
    capture.close();
    expect(await reader.read()).toBeUndefined();
    expect(await reader.read()).toBeUndefined();
  });

  it('bring the reason when the capture fails', async () => {
    capture.error(new Error('no screen'));
    await expect(reader.read()).rejects.toThrow('no screen');
  });

  it('are over for who cancels, and the capture is told', async () => {
    reader.cancel();
    expect(await reader.read()).toBeUndefined();
    await cancelled;
    reader.cancel();
  });

  it('are closed if they come after that, and only then is the capture told', async () => {
    const late = fakeFrame();
    const read = reader.read();
    await pulled;
    reader.cancel();
    expect(await read).toBeUndefined();
    await far.closed;
    expect(isCancelled).toBe(false);
    capture.enqueue(late.frame);
    await late.closed;
    await cancelled;
  });

  it('are closed if they come when they are on their way as the reader cancels', async () => {
    const late = fakeFrame();
    void reader.read();
    await pulled;
    capture.enqueue(late.frame);
    reader.cancel();
    await late.closed;
    await cancelled;
  });

  it('are not given any more once that was stopped', async () => {
    const late = fakeFrame();
    void reader.read();
    await pulled;
    stop();
    stop();
    capture.enqueue(late.frame);
    await late.closed;
    await cancelled;
  });

  it('leave nothing to cancel in a capture that fails afterwards', async () => {
    void reader.read();
    await pulled;
    stop();
    capture.error(new Error('no screen'));
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(isCancelled).toBe(false);
  });
});
