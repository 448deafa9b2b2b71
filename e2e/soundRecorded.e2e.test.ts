import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { stopSound } from './harness/addedSound.ts';
import { createCleanup, type Cleanup } from './harness/cleanup.ts';
import { startDisplay } from './harness/display.ts';
import { reportFigures } from './harness/figures.ts';
import { decodeAccounted, problemsOf } from './harness/ledger.ts';
import { playback, shareScreen, type SharedScreen } from './harness/product.ts';
import { runsOf, stopSharing } from './harness/recordings.ts';
import { startStack, type Stack } from './harness/stack.ts';
import { readPacketTimes } from './recorder/packetTimes.ts';

const WITH_SOUND_MS = 3_000;
const WITHOUT_SOUND_MS = 3_000;
/** What a sound may last longer than its source. */
const SYNC_MS = 100;
/** What a browser throws away of a sound that it was about to send when the source ended. */
const UNSENT_MS = 300;

let cleanup: Cleanup;
let stack: Stack;
let screen: SharedScreen;

beforeAll(async () => {
  cleanup = createCleanup();
  stack = cleanup.use(await startStack());
  const display = cleanup.use(await startDisplay({ size: { width: 1280, height: 720 } }));
  screen = cleanup.use(await shareScreen({ display, stack, user: 'ann', sound: true }));
});

afterAll(() => cleanup.close());

it('records the sound of a screen where it belongs, and all of the screen when the sound ends', async () => {
  const { agentPage, sessionId } = screen;
  await delay(WITH_SOUND_MS);
  const endedAtMs = await stopSound(agentPage);
  await delay(WITHOUT_SOUND_MS);
  const session = await stopSharing(stack, screen, sessionId);
  expect(runsOf(session).map(({ endReason }) => endReason)).toEqual(['stopped']);

  const { playlist, accounted } = await decodeAccounted(stack, sessionId);
  expect(problemsOf(accounted, ['starting', 'not-shared'])).toEqual([]);
  const { playlistUrl } = await playback(stack, sessionId);
  const [firstPicture = NaN] = await readPacketTimes([playlistUrl], 'v');
  const startMs = playlist.segments[0]?.startMs ?? NaN;
  const sound = (await readPacketTimes([playlistUrl], 'a')).map((atMs) => startMs + atMs - firstPicture);
  const figures = {
    soundMs: (sound.at(-1) ?? NaN) - (sound[0] ?? NaN),
    endsOffMs: (sound.at(-1) ?? NaN) - endedAtMs,
    recordedMs: playlist.totalMs,
  };
  reportFigures('soundRecorded', { ...figures, ...accounted });
  expect(figures.soundMs).toBeGreaterThan(WITH_SOUND_MS - 1_500);
  expect(figures.endsOffMs).toBeLessThan(SYNC_MS);
  expect(figures.endsOffMs).toBeGreaterThan(-UNSENT_MS);
  expect(figures.recordedMs).toBeGreaterThan(WITH_SOUND_MS + WITHOUT_SOUND_MS - 1_000);
});
