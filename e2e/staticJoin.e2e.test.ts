import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCleanup } from './harness/cleanup.ts';
import { startDisplay } from './harness/display.ts';
import { reportFigures } from './harness/figures.ts';
import { openDashboard, shareScreen, type SharedScreen } from './harness/product.ts';
import type { PageProbe } from './harness/pageProbe.ts';
import { startStack, type Stack } from './harness/stack.ts';
import { until } from './harness/until.ts';

const PICTURE_MS = 30_000;

const cleanup = createCleanup();
let stack: Stack;
let screen: SharedScreen;

beforeAll(async () => {
  stack = cleanup.use(await startStack({ recorder: false }));
  const display = cleanup.use(await startDisplay({ size: { width: 1280, height: 720 } }));
  screen = cleanup.use(await shareScreen({ display, stack, user: 'ann' }));
  await screen.pattern.freeze();
});

afterAll(() => cleanup.close());

/** Waits for a picture of this width that shows the frozen frame, and says how long it took. */
async function frozenFrame(probe: PageProbe, width: number): Promise<number> {
  const startedAtMs = Date.now();
  const shown = await screen.pattern.shown();
  await until(
    `frame ${shown.frame} in a picture ${width} wide`,
    async () => {
      const seen = await probe.look();
      const { frame, wallMs } = seen?.pattern ?? {};
      return seen?.width === width && frame === shown.frame && wallMs === shown.wallMs;
    },
    { timeoutMs: PICTURE_MS },
  );
  return Date.now() - startedAtMs;
}

describe.each(['the first', 'the second'])('%s viewer of a screen on which nothing moves', (who) => {
  it('sees it on the wall and in focus, exactly as it is', async () => {
    const dashboard = cleanup.use(await openDashboard(stack));
    await dashboard.tile('ann');
    const tile = await dashboard.watchTile('ann');
    const wallMs = await frozenFrame(tile, 480);
    await tile.close();
    const focusMs = await frozenFrame(await dashboard.focus('ann'), 1280);
    reportFigures(`staticJoin, ${who} viewer`, { wallMs, focusMs });
    expect(await dashboard.page.getByTestId('focus').getAttribute('data-state')).toBe('streaming');
  });
});
