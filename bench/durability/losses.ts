/** The frames of one stream that are in its recording, counted from the start of the endless stream. */
export interface RecordedStream {
  /** Wall time at which frame 0 was due, or would have been. */
  originMs: number;
  msPerFrame: number;
  onDisk: ReadonlySet<number>;
}

/** What a kill cost one stream. */
export interface KillCost {
  /** What had been sent before the kill and is in no recording: up to the frame at the moment of the kill, back to the last one that is. */
  lostMs: number;
  /** From the kill to the next frame that is recorded; undefined if none is. */
  outageMs: number | undefined;
}

/** Finds out what a kill at `atMs` cost. Nothing before `sinceMs`, when the stream was last known to be recorded, is blamed on it. */
export function costOf(
  stream: RecordedStream,
  { atMs, sinceMs, untilMs }: { atMs: number; sinceMs: number; untilMs: number },
): KillCost {
  const { originMs, msPerFrame, onDisk } = stream;
  const frameAt = (timeMs: number): number => Math.floor((timeMs - originMs) / msPerFrame);
  const atFrame = frameAt(atMs);
  let last = atFrame;
  while (!onDisk.has(last) && last > frameAt(sinceMs)) last -= 1;
  let next = atFrame + 1;
  while (!onDisk.has(next) && next <= frameAt(untilMs)) next += 1;
  return {
    lostMs: (atFrame - last) * msPerFrame,
    outageMs: onDisk.has(next) ? originMs + next * msPerFrame - atMs : undefined,
  };
}
