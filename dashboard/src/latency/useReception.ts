import { onScopeDispose, ref, watch, type Ref, type ShallowRef } from 'vue';
import type { StreamState } from '../watch/sharedConsumer.ts';
import { useWatching } from '../watch/watching.ts';
import {
  captureTimeMs,
  captureToPaintMs,
  newestSynchronizationPoint,
  type ClockOffsets,
} from './captureTime.ts';
import { createLatencyWindow } from './latencyWindow.ts';

/** The numbers of a stream as it is shown, renewed about once a second. */
export interface ReceptionNumbers {
  fps: number;
  bitrateBps: number;
  /** From capture to paint; undefined until measured. */
  latencyMs: number | undefined;
  widthPx: number;
  heightPx: number;
}

const NOTHING: ReceptionNumbers = { fps: 0, bitrateBps: 0, latencyMs: undefined, widthPx: 0, heightPx: 0 };

/**
 * Measures a stream where it is painted.
 *
 * @param offsets undefined while one of the two clocks has not been measured yet.
 * @returns its numbers, and whether a frame of the present stream has been painted.
 */
export function useReception(
  video: Readonly<ShallowRef<HTMLVideoElement | null>>,
  stream: Readonly<ShallowRef<StreamState>>,
  offsets: () => ClockOffsets | undefined,
): { numbers: Ref<ReceptionNumbers>; painted: Ref<boolean> } {
  const { monitor } = useWatching();
  const numbers = ref(NOTHING);
  const painted = ref(false);
  const latencies = createLatencyWindow();

  function measure(receiver: RTCRtpReceiver | undefined, frame: VideoFrameCallbackMetadata): void {
    const clocks = offsets();
    const newest = receiver === undefined ? undefined : newestSynchronizationPoint(receiver);
    if (clocks === undefined || newest === undefined || frame.rtpTimestamp === undefined) return;
    // The display time is monotonic; wall time is what the other clocks are compared with.
    const paintedMs = Date.now() + frame.expectedDisplayTime - performance.now();
    const capturedMs = captureTimeMs(frame.rtpTimestamp, newest);
    latencies.add(paintedMs, captureToPaintMs(capturedMs, paintedMs, clocks));
  }

  watch(
    [video, stream],
    ([element, state], _old, onCleanup) => {
      painted.value = false;
      latencies.clear();
      numbers.value = NOTHING;
      if (element === null || state.status !== 'ready') return;
      const { track, receiver } = state.consumer;
      let request = element.requestVideoFrameCallback(function next(_now, frame) {
        painted.value = true;
        measure(receiver, frame);
        request = element.requestVideoFrameCallback(next);
      });
      const stop = monitor.observe(track.id, (rate) => {
        numbers.value = {
          ...rate,
          latencyMs: latencies.medianMs(),
          widthPx: element.videoWidth,
          heightPx: element.videoHeight,
        };
      });
      onCleanup(() => {
        element.cancelVideoFrameCallback(request);
        stop();
      });
    },
    { immediate: true },
  );
  onScopeDispose(() => latencies.clear());
  return { numbers, painted };
}
