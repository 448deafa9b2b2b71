import type { Limitation, SenderRates } from '../publish/senderStats.ts';

const LIMITS: Record<Limitation, string> = {
  bandwidth: 'limited by the network',
  cpu: 'limited by this computer’s processor',
  other: 'limited',
};

function formatBitrate(bitrateBps: number): string {
  return bitrateBps >= 1_000_000
    ? `${(bitrateBps / 1_000_000).toFixed(1)} Mbit/s`
    : `${Math.round(bitrateBps / 1_000)} kbit/s`;
}

/** What a stream does now, in one line. */
export function formatRates({ width, height, framesPerSecond, bitrateBps, limitedBy }: SenderRates): string {
  const parts = [`${width}×${height}`, `${Math.round(framesPerSecond)} fps`, formatBitrate(bitrateBps)];
  if (limitedBy !== undefined) parts.push(LIMITS[limitedBy]);
  return parts.join(' · ');
}
