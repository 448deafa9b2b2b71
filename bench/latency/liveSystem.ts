import type { Closable } from '@sightline/e2e/harness/cleanup.ts';
import type { Dashboard } from '@sightline/e2e/harness/product.ts';
import type { FirstFrameTarget } from './pages/firstFrameProbe.ts';

/** A page in one of the two browsers. */
export type BrowserPage = Dashboard['page'];

/** One way of bringing the screen to a viewer, open and warm: only the viewer's click is missing. */
export interface LiveSystem extends Closable {
  readonly viewerPage: BrowserPage;
  /** What a viewer clicks to watch, and to stop watching. */
  readonly watchSelector: string;
  readonly leaveSelector: string;
  readonly target: FirstFrameTarget;
}
