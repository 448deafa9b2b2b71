import type { types } from 'mediasoup';
import { rtpTimestampOf } from './trace.ts';

/**
 * Tells the RTP timestamp of a producer's next packet whenever it is asked. The engine reports packets only in between:
 * each report is a message to this process. Not for video, whose key frames are reported all the time.
 */
export function createPacketWatch(producer: types.Producer): () => Promise<number | undefined> {
  let waiting: ((rtpTimestamp: number | undefined) => void)[] = [];
  const answer = (rtpTimestamp: number | undefined): void => {
    const answered = waiting;
    waiting = [];
    for (const resolve of answered) resolve(rtpTimestamp);
  };
  producer.observer.on('close', () => answer(undefined));
  producer.on('trace', (trace) => {
    if (trace.type !== 'rtp' || waiting.length === 0) return;
    answer(rtpTimestampOf(trace));
    // It fails only where the producer has ended, and then nothing is reported either.
    producer.enableTraceEvent([]).catch(() => undefined);
  });
  return async () => {
    if (producer.closed) return undefined;
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    waiting.push(resolve);
    if (waiting.length === 1) await producer.enableTraceEvent(['rtp']);
    return promise;
  };
}
