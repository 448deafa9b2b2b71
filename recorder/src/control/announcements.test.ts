import { expect, it } from '@jest/globals';
import { NO_HASH, ProtocolError, type Segment } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { createAnnouncements } from './announcements.ts';
import { createFakeSfu } from './fakeSfu.ts';

const segments = [0, 1].map((index): Segment => {
  return { index, startMs: index, durationMs: 1, bytes: 1, sha256: NO_HASH, holes: [] };
});
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

it('what the record lacks of a run is announced once, however often that is found while it is not heard', async () => {
  const clock = createManualClock();
  let isHeard = false;
  const heard: unknown[] = [];
  const announcements = createAnnouncements({
    request: createFakeSfu((_name, payload) => {
      if (!isHeard) throw new ProtocolError('internal', 'broken');
      heard.push(payload);
      return {};
    }),
    openRuns: {
      put: () => Promise.resolve(),
      remove: () => Promise.resolve(),
      list: () => Promise.resolve([]),
    },
    clock,
    logger: createLogger('test', 'silent'),
  });
  const again = async (): Promise<void> => {
    void announcements.again('run', segments);
    await settled();
    clock.advance(5_000);
    await settled();
  };
  announcements.resume();
  await again();
  await again();
  isHeard = true;
  await again();
  expect(heard).toMatchObject([{ segment: { index: 0 } }, { segment: { index: 1 } }]);
  await again();
  expect(heard).toHaveLength(4);
});
