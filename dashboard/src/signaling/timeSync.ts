import { estimateClockOffset, type Clock, type ClockOffset, type TimeSample } from '@sightline/shared';
import type { ViewerRequester } from './viewerConnection.ts';

const EXCHANGES = 5;

/**
 * Measures how far the server's clock is ahead of this one, by several exchanges one after the other.
 *
 * @throws {ProtocolError} when an exchange is refused or not answered.
 */
export async function measureClockOffset(
  request: ViewerRequester,
  clock: Clock,
): Promise<ClockOffset | undefined> {
  const samples: TimeSample[] = [];
  for (let exchange = 0; exchange < EXCHANGES; exchange += 1) {
    const sentMs = clock.nowMs();
    const { sfuTimeMs } = await request('time-sync', {});
    samples.push({ sentMs, serverMs: sfuTimeMs, receivedMs: clock.nowMs() });
  }
  return estimateClockOffset(samples);
}
