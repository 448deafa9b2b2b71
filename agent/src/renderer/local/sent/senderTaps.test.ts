import { beforeEach, describe, expect, it } from '@jest/globals';
import { createSenderTaps, type SenderTaps } from './senderTaps.ts';

/** What a page sees of a worker. */
class FakeWorker extends EventTarget implements Worker {
  isTerminated = false;
  readonly orders: unknown[] = [];
  onmessage = null;
  onmessageerror = null;
  onerror = null;

  postMessage(order: unknown): void {
    this.orders.push(order);
  }

  terminate(): void {
    this.isTerminated = true;
  }

  tells(data: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }

  breaks(message: string): void {
    this.dispatchEvent(Object.assign(new Event('error'), { message }));
  }
}

const transform: RTCRtpScriptTransform = {};
let worker: FakeWorker;
let refuses: boolean;
let errors: string[];
let taps: SenderTaps;
let sender: Pick<RTCRtpSender, 'transform'>;

beforeEach(() => {
  worker = new FakeWorker();
  refuses = false;
  errors = [];
  sender = { transform: null };
  taps = createSenderTaps({
    createWorker: () => worker,
    createTransform() {
      if (refuses) throw new DOMException('no', 'InvalidStateError');
      return transform;
    },
    onError: (error) => errors.push(String(error)),
  });
});

describe('what passes through a worker', () => {
  it('waits for its script', () => {
    taps.keep('display-1', sender);
    expect(sender.transform).toBeNull();
    worker.tells({ kind: 'ready' });
    expect(sender.transform).toBe(transform);
  });

  it('is nothing where its script cannot be loaded: senders send by themselves', () => {
    taps.keep('display-1', sender);
    worker.breaks('404');
    expect(worker.isTerminated).toBe(true);
    taps.keep('display-1', sender);
    expect(sender.transform).toBeNull();
    expect(errors).toHaveLength(1);
  });

  it('goes on when something in it fails, which is told', () => {
    worker.tells({ kind: 'ready' });
    taps.keep('display-1', sender);
    worker.tells({ kind: 'failed', message: 'RangeError: no memory' });
    worker.breaks('unforeseen');
    expect(worker.isTerminated).toBe(false);
    expect(errors).toEqual([
      expect.stringContaining('RangeError: no memory'),
      expect.stringContaining('unforeseen'),
    ]);
  });

  it('is nothing where a sender takes no transform, which stops nobody from sending', () => {
    refuses = true;
    worker.tells({ kind: 'ready' });
    taps.keep('display-1', sender);
    expect(sender.transform).toBeNull();
    expect(errors).toHaveLength(1);
  });
});

it('brings what was sent through a port of its own', () => {
  const ports = [taps.copy('display-1'), taps.take('display-1')];
  taps.forget();
  expect(worker.orders).toMatchObject([
    { kind: 'copy', trackId: 'display-1' },
    { kind: 'take', trackId: 'display-1' },
    { kind: 'forget' },
  ]);
  for (const port of ports) port.close();
});
