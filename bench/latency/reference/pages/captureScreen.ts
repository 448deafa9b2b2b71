/** Bit rates of the product's *full* stream, which the references get too, bit/s. */
export const MAX_BITRATE_BPS = 6_000_000;
export const START_BITRATE_KBPS = 3_000;

/** Captures the screen with the constraints of the product's agent. */
export async function captureScreen(): Promise<MediaStreamTrack> {
  const stream = await navigator.mediaDevices.getDisplayMedia({
    video: { frameRate: { ideal: 30, max: 60 } },
    audio: false,
  });
  const [track] = stream.getVideoTracks();
  if (track === undefined) throw new Error('the capture has no video');
  track.contentHint = 'text';
  return track;
}

declare global {
  interface Window {
    /** Of a capturing page: begins to share. */
    share(): Promise<void>;
  }
}
