/** How fast RTP time stamps of video count (RFC 6184, section 8.2.1; RFC 7741, section 4.1). */
export const VIDEO_TICKS_PER_MS = 90;

/** From one 32-bit RTP time stamp to another, the shorter way: they wrap (RFC 3550, section 5.1). */
export const rtpTicksBetween = (from: number, to: number): number => (to - from) | 0;
