import * as z from 'zod';

const outboundRtp = z.object({
  type: z.literal('outbound-rtp'),
  timestamp: z.number(),
  bytesSent: z.number(),
  targetBitrate: z.number().optional(),
  framesPerSecond: z.number().optional(),
  frameWidth: z.number().optional(),
  frameHeight: z.number().optional(),
  qualityLimitationReason: z.enum(['none', 'cpu', 'bandwidth', 'other']).optional(),
});

const candidatePair = z.object({
  type: z.literal('candidate-pair'),
  state: z.literal('succeeded'),
  nominated: z.literal(true),
  availableOutgoingBitrate: z.number().positive(),
});

/** What keeps a stream below what it could be. */
export type Limitation = 'cpu' | 'bandwidth' | 'other';

/** A sender's counters at one moment. */
export interface SenderSample {
  timestampMs: number;
  bytesSent: number;
  /** What congestion control grants the encoder, bit/s. */
  targetBps: number;
  framesPerSecond: number;
  width: number;
  height: number;
  limitedBy: Limitation | undefined;
}

/** What a stream does now. */
export interface SenderRates {
  bitrateBps: number;
  framesPerSecond: number;
  width: number;
  height: number;
  limitedBy: Limitation | undefined;
}

/** Reads a sender's counters (W3C webrtc-stats, RTCOutboundRtpStreamStats); `undefined` before the first packet. */
export function readSenderSample(report: RTCStatsReport): SenderSample | undefined {
  const stats = findStats(report, outboundRtp);
  if (stats === undefined) return undefined;
  const reason = stats.qualityLimitationReason;
  return {
    timestampMs: stats.timestamp,
    bytesSent: stats.bytesSent,
    targetBps: stats.targetBitrate ?? 0,
    framesPerSecond: stats.framesPerSecond ?? 0,
    width: stats.frameWidth ?? 0,
    height: stats.frameHeight ?? 0,
    limitedBy: reason === undefined || reason === 'none' ? undefined : reason,
  };
}

/** The bit rate is the mean between the two samples; without a previous one it is 0. */
export function senderRates(previous: SenderSample | undefined, now: SenderSample): SenderRates {
  const { framesPerSecond, width, height, limitedBy } = now;
  const elapsedMs = previous === undefined ? 0 : now.timestampMs - previous.timestampMs;
  const sentBytes = previous === undefined ? 0 : now.bytesSent - previous.bytesSent;
  const bitrateBps = elapsedMs > 0 && sentBytes > 0 ? Math.round((sentBytes * 8_000) / elapsedMs) : 0;
  return { bitrateBps, framesPerSecond, width, height, limitedBy };
}

/** What the congestion control grants the transport, bit/s (RTCIceCandidatePairStats). */
export function availableOutgoingBps(report: RTCStatsReport): number | undefined {
  return findStats(report, candidatePair)?.availableOutgoingBitrate;
}

function findStats<Schema extends z.ZodType>(
  report: RTCStatsReport,
  schema: Schema,
): z.output<Schema> | undefined {
  let found: z.output<Schema> | undefined;
  report.forEach((stats: unknown) => {
    const parsed = schema.safeParse(stats);
    if (parsed.success) found ??= parsed.data;
  });
  return found;
}
