import type { ExportOrder } from '@sightline/shared';
import { NOW_MS, type AdministrationHarness } from './administrationHarness.ts';

const HOUR_MS = 3_600_000;
const MINUTE = { recordedMs: 60_000, stretches: [{ fromMs: NOW_MS, toMs: NOW_MS + 60_000 }] };

/** Adds a session of two displays to each of two companies, a minute of which the recorder `r1` has. */
export async function addRecordedSessions(harness: AdministrationHarness): Promise<void> {
  for (const [sessionId, companyId, deviceId] of [
    ['of-desk', 'acme', 'desk'],
    ['of-rival', 'globex', 'rival'],
  ] as const) {
    const names = { userId: `ann@${deviceId}`, userName: 'ann', hostName: deviceId };
    const { recordings } = harness.repositories;
    await recordings.addSession({ sessionId, companyId, deviceId, startedAtMs: NOW_MS, ...names });
    await recordings.endSession(sessionId, NOW_MS + HOUR_MS, 'stopped');
  }
  const { recordedMedia } = harness.repositories;
  const find = recordedMedia.find.bind(recordedMedia);
  recordedMedia.find = async (filter) => {
    const found = await find(filter);
    return found.map((media) => ({ ...media, byRecorder: new Map([['r1', MINUTE]]) }));
  };
  for (const sessionId of ['of-desk', 'of-rival']) {
    for (const trackId of ['display-1', 'display-2']) {
      const runId = `${sessionId}-${trackId}`;
      await harness.repositories.recordings.addRun({
        runId,
        sessionId,
        trackId,
        label: 'Screen',
        startedAtMs: NOW_MS,
        source: 'live',
      });
    }
  }
}

/** From now on `r1` has the first forty seconds of the first display, and `r2` the rest, and all of the second display. */
export function splitBetweenRecorders({ repositories }: AdministrationHarness): void {
  const media = repositories.recordedMedia;
  const find = media.find.bind(media);
  const [fromMs, toMs] = [NOW_MS + 1_000, NOW_MS + 61_000];
  const rest = { recordedMs: 19_500, stretches: [{ fromMs: NOW_MS + 41_500, toMs }] };
  const begin = { recordedMs: 40_000, stretches: [{ fromMs, toMs: NOW_MS + 41_000 }] };
  media.find = async (filter) =>
    (await find(filter)).map((one) => ({
      ...one,
      byRecorder: new Map(
        one.trackId === 'display-1'
          ? [
              ['r1', begin],
              ['r2', rest],
            ]
          : [['r2', rest]],
      ),
    }));
}

/** An order for a minute of one display of the session `of-desk`. */
export const order = (change: Partial<ExportOrder> = {}): ExportOrder => ({
  companyId: 'acme',
  from: { kind: 'user', userId: 'ann@desk' },
  fromMs: NOW_MS + 1_000,
  toMs: NOW_MS + 61_000,
  caseNumber: 'A-17',
  output: { kind: 'video', trackId: 'display-1' },
  ...change,
});
