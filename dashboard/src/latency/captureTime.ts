/** Milliseconds from the NTP epoch (1900) to the Unix epoch (1970), RFC 5905 section 6. */
const NTP_TO_UNIX_MS = 2_208_988_800_000;
const VIDEO_CLOCK_TICKS_PER_MS = 90;

/** The frame that was last handed to the page, as its receiver knows it. */
export interface SynchronizationPoint {
  rtpTimestamp: number;
  /** The capturing machine's clock, ms since 1900 (abs-capture-time of WebRTC). */
  captureTimestampMs: number;
}

/**
 * Reads the newest synchronization source of a receiver; undefined until the sender's capture times arrive.
 *
 * @see https://w3c.github.io/webrtc-extensions/#rtcrtpcontributingsource-extensions
 */
export function newestSynchronizationPoint(receiver: RTCRtpReceiver): SynchronizationPoint | undefined {
  const [newest]: readonly object[] = receiver.getSynchronizationSources();
  if (newest === undefined || !('rtpTimestamp' in newest) || !('captureTimestamp' in newest))
    return undefined;
  const { rtpTimestamp, captureTimestamp } = newest;
  if (typeof rtpTimestamp !== 'number' || typeof captureTimestamp !== 'number') return undefined;
  return { rtpTimestamp, captureTimestampMs: captureTimestamp };
}

/**
 * When the frame with `rtpTimestamp` was captured, in ms since 1970 of the capturing machine's clock. The
 * receiver's newest frame may be a later one than the frame that is painted, so the difference of their RTP
 * timestamps (90 kHz, 32 bit, wrapping) is taken off.
 */
export function captureTimeMs(rtpTimestamp: number, newest: SynchronizationPoint): number {
  const ticks = (rtpTimestamp - newest.rtpTimestamp) | 0;
  return newest.captureTimestampMs - NTP_TO_UNIX_MS + ticks / VIDEO_CLOCK_TICKS_PER_MS;
}

/** How far the server's clock is ahead of the two clocks that a latency is measured with. */
export interface ClockOffsets {
  /** Of the capturing machine. */
  agentMs: number;
  /** Of this one. */
  viewerMs: number;
}

/** From capture to paint, with both times brought to the server's clock. */
export function captureToPaintMs(capturedMs: number, paintedMs: number, offsets: ClockOffsets): number {
  return paintedMs + offsets.viewerMs - (capturedMs + offsets.agentMs);
}
