import type { SenderTap, TapOrder, TapReport } from './protocol.ts';

/** Keeps the last seconds of what is sent: what was lost before the loss was noticed can be told from them. */
export interface SenderTaps {
  /** Keeps what this sender sends from now on. Without the worker it sends as if nobody had asked. */
  keep(trackId: string, sender: Pick<RTCRtpSender, 'transform'>): void;
  /** Brings what was sent of a track lately, a `SentStretch`, or undefined if there is nothing; only once. */
  take(trackId: string): MessagePort;
  /** The same, as often as one likes. */
  copy(trackId: string): MessagePort;
  /** Drops what was sent until now. */
  forget(): void;
}

/** Builds {@link SenderTaps}. */
export function createSenderTaps(scope: {
  createWorker: () => Worker;
  createTransform: (worker: Worker, tap: SenderTap) => RTCRtpScriptTransform;
  onError: (error: unknown) => void;
}): SenderTaps {
  const { createTransform, onError } = scope;
  const worker = scope.createWorker();
  let isReady = false;
  /** What a transform gets before its worker's script runs would not be sent meanwhile, or never. */
  const waiting = new Map<string, Pick<RTCRtpSender, 'transform'>>();

  function keep(trackId: string, sender: Pick<RTCRtpSender, 'transform'>): void {
    if (!isReady) {
      waiting.set(trackId, sender);
      return;
    }
    try {
      sender.transform = createTransform(worker, { trackId });
    } catch (error) {
      // It sends all the same.
      onError(error);
    }
  }
  const order = (value: TapOrder, transfer: Transferable[] = []): void => worker.postMessage(value, transfer);
  const bring = (kind: 'take' | 'copy', trackId: string): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    order({ kind, trackId, to: port1 }, [port1]);
    return port2;
  };

  worker.addEventListener('message', ({ data }: MessageEvent<TapReport>) => {
    switch (data.kind) {
      case 'ready':
        isReady = true;
        for (const [trackId, sender] of waiting) keep(trackId, sender);
        waiting.clear();
        break;
      case 'failed':
        onError(new Error(`What is sent is no longer kept: ${data.message}`));
        break;
    }
  });
  worker.addEventListener('error', ({ message }) => {
    onError(new Error(`The worker that keeps what is sent has failed: ${message}`));
    // Once it runs, senders depend on it: it passes on what they send, whatever else fails in it.
    if (isReady) return;
    worker.terminate();
    waiting.clear();
  });

  return {
    keep,
    take: (trackId) => bring('take', trackId),
    copy: (trackId) => bring('copy', trackId),
    forget: () => order({ kind: 'forget' }),
  };
}
