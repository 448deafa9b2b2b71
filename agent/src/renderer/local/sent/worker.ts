import type { SenderTap, TapOrder, TapReport } from './protocol.ts';
import { createSentPictures, type SentFrame, type SentPictures } from './sentPictures.ts';
import { createTee } from './tee.ts';

/** Nothing here waits for a disk or an encoder: what is sent live passes through this thread. */
const sent = new Map<string, SentPictures>();
const nowMs = (): number => performance.timeOrigin + performance.now();
const tell = (report: TapReport): void => self.postMessage(report);

function tap({ transformer }: RTCTransformEvent): void {
  const { trackId }: SenderTap = transformer.options;
  const pictures = createSentPictures(nowMs);
  const letGo = (): void => {
    if (sent.get(trackId) === pictures) sent.delete(trackId);
  };
  const fail = (error: unknown): void => {
    letGo();
    tell({ kind: 'failed', message: String(error) });
  };
  const tee = createTee<SentFrame>({ copy: (frame) => pictures.copy(frame), onError: fail });
  const passing = transformer.readable.pipeThrough(new TransformStream(tee)).pipeTo(transformer.writable);
  sent.set(trackId, pictures);
  passing.then(letGo, fail);
}

function take(trackId: string, to: MessagePort): void {
  const pictures = sent.get(trackId);
  const stretch = pictures?.kept;
  pictures?.forget();
  to.postMessage(stretch, stretch?.pictures.map(({ data }) => data.buffer) ?? []);
  to.close();
}

function copy(trackId: string, to: MessagePort): void {
  to.postMessage(sent.get(trackId)?.kept);
  to.close();
}

function follow(order: TapOrder): void {
  switch (order.kind) {
    case 'take':
      take(order.trackId, order.to);
      break;
    case 'copy':
      copy(order.trackId, order.to);
      break;
    case 'forget':
      for (const pictures of sent.values()) pictures.forget();
      break;
  }
}

self.addEventListener('rtctransform', tap);
self.addEventListener('message', ({ data }: MessageEvent<TapOrder>) => follow(data));
tell({ kind: 'ready' });
