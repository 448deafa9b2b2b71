import { DEFAULT_CAPTURE_FPS } from '../capture/constraints.ts';

/** What the page's address says, for kiosks and tests. */
export interface PageOptions {
  /** `?user=`: who is sitting here. */
  userName: string | undefined;
  /** `?host=`: the machine's name. */
  hostName: string | undefined;
  /** `?fps=`: frames per second to capture. */
  fps: number;
  /** `?autostart=1`: asks to share as soon as the server is there, where the browser lets a page do so. */
  autostart: boolean;
}

/** Reads the query string of the page's address; what makes no sense counts as absent. */
export function readPageOptions(search: string): PageOptions {
  const query = new URLSearchParams(search);
  const fps = Number(query.get('fps'));
  return {
    userName: query.get('user') ?? undefined,
    hostName: query.get('host') ?? undefined,
    fps: fps > 0 ? fps : DEFAULT_CAPTURE_FPS,
    autostart: query.get('autostart') === '1',
  };
}
