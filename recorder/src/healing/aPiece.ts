import type { UploadOrder } from '@sightline/shared/node';

const STARTED_MS = 1_772_366_400_000;

/** A piece of ten seconds for tests, one minute into its session. */
export const aPiece = (change: Partial<UploadOrder> = {}): UploadOrder => ({
  pieceId: '3f0e7a52-5a7e-4b7d-8d5b-2f6a0b1c9d10',
  trackId: 'display-1',
  label: 'Screen',
  fromMs: STARTED_MS + 60_000,
  toMs: STARTED_MS + 70_000,
  bytes: 1_000,
  sha256: 'a'.repeat(64),
  mimeType: 'video/mp4',
  location: { companyId: 'c1', userId: 'ann@desk', sessionId: 's1', sessionStartedAtMs: STARTED_MS },
  userName: 'ann',
  hostName: 'desk',
  ...change,
});
