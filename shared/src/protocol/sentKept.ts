/** So long agents keep what they sent: a loss is noticed within this. */
export const SENT_KEPT_MS = 20_000;
