import type { createCleanup } from '@sightline/e2e/harness/cleanup.ts';
import type { Display } from '@sightline/e2e/harness/display.ts';
import {
  openDashboard,
  press,
  shareScreen,
  type Dashboard,
  type SharedScreen,
} from '@sightline/e2e/harness/product.ts';
import { startStack } from '@sightline/e2e/harness/stack.ts';
import type { LiveSystem } from './liveSystem.ts';

const USER = 'ann';

/** The product as it is run, and the two browsers, which the references use after it. */
export interface Sightline extends LiveSystem {
  readonly screen: SharedScreen;
  readonly dashboard: Dashboard;
  /** Ends the product, not the browsers. */
  close(): Promise<void>;
}

/** Starts all services, shares the display, and opens the wall. The browsers close with `browsers`. */
export async function openSightline(
  display: Display,
  browsers: ReturnType<typeof createCleanup>,
): Promise<Sightline> {
  const stack = await startStack();
  try {
    const screen = browsers.use(await shareScreen({ display, stack, user: USER }));
    const dashboard = browsers.use(await openDashboard(stack));
    await dashboard.tile(USER);
    return {
      screen,
      dashboard,
      viewerPage: dashboard.page,
      watchSelector: `[data-testid="tile"]:has-text("${USER}")`,
      leaveSelector: '[data-testid="back"]',
      target: {
        videoSelector: '[data-testid="focus-video"]',
        standInSelector: '[data-testid="focus"] canvas',
      },
      async close() {
        await press(screen.agentPage, 'stop');
        await dashboard.page.goto('about:blank');
        await screen.agentPage.goto('about:blank');
        await stack.close();
      },
    };
  } catch (error) {
    await stack.close();
    throw error;
  }
}
