import type { MediaProducer } from './types.ts';

/** Whether a stream is silent, from the scores that the media engine gives its encodings: 0 to 10, 0 without packets. */
export function createSilence(): {
  silence: Pick<MediaProducer, 'silent' | 'onFlowing'>;
  /** The engine has scored the stream's encodings; there are none before the first packet. */
  scored: (scores: readonly number[]) => void;
} {
  const listeners: (() => void)[] = [];
  let silent = false;
  return {
    silence: {
      get silent() {
        return silent;
      },
      onFlowing: (listener) => void listeners.push(listener),
    },
    scored(scores) {
      if (scores.length === 0) return;
      const wasSilent = silent;
      silent = scores.every((score) => score === 0);
      if (wasSilent && !silent) for (const listener of listeners) listener();
    },
  };
}
