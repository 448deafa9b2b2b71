/** One shared display or window and the streams that come of it. */
export interface Display {
  /** Its id in the session, `display-1`, `display-2`… */
  readonly trackId: string;
  /** What people call it. */
  readonly label: string;
  readonly full: MediaStreamTrack;
  /** The reduced copy for the wall. */
  readonly small: MediaStreamTrack;
  readonly audio: MediaStreamTrack | undefined;
  /** Ends the capture. May be called again. */
  close(): void;
}
