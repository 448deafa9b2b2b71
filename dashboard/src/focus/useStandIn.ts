import { watch, type ShallowRef } from 'vue';

/**
 * Paints what another video element shows onto a canvas, at once and then frame by frame while `active`: a
 * picture to look at until the real one has arrived.
 */
export function useStandIn(
  canvas: Readonly<ShallowRef<HTMLCanvasElement | null>>,
  source: () => HTMLVideoElement | undefined,
  active: () => boolean,
): void {
  watch(
    [canvas, source, active],
    ([target, video, on], _old, onCleanup) => {
      if (target === null || video === undefined || !on) return;
      paint(target, video);
      let request = video.requestVideoFrameCallback(function next() {
        paint(target, video);
        request = video.requestVideoFrameCallback(next);
      });
      onCleanup(() => video.cancelVideoFrameCallback(request));
    },
    { immediate: true, flush: 'post' },
  );
}

function paint(target: HTMLCanvasElement, video: HTMLVideoElement): void {
  if (video.videoWidth === 0) return;
  target.width = video.videoWidth;
  target.height = video.videoHeight;
  target.getContext('2d')?.drawImage(video, 0, 0);
}
