import { createCleanup, type Closable } from './cleanup.ts';
import { startDisplay, type Display, type ScreenSize } from './display.ts';
import { openDashboard, shareScreen, type Dashboard, type SharedScreen } from './product.ts';
import { startStack, type Stack } from './stack.ts';

/** What most tests begin with: all services, ann's screen that is shared and recorded, and a dashboard at the wall. */
export interface Scene extends Closable {
  readonly stack: Stack;
  readonly display: Display;
  readonly screen: SharedScreen;
  readonly dashboard: Dashboard;
}

/** Opens a {@link Scene}, with a screen of 1280×720 that may grow to `maxSize`. */
export async function openScene(options: { maxSize?: ScreenSize } = {}): Promise<Scene> {
  const cleanup = createCleanup();
  try {
    const stack = cleanup.use(await startStack());
    const display = cleanup.use(await startDisplay({ size: { width: 1280, height: 720 }, ...options }));
    const screen = cleanup.use(await shareScreen({ display, stack, user: 'ann' }));
    const dashboard = cleanup.use(await openDashboard(stack));
    return { stack, display, screen, dashboard, close: () => cleanup.close() };
  } catch (error) {
    await cleanup.close();
    throw error;
  }
}
