import type { StreamDemand } from '../watch/useStream.ts';

/** Where a tile stands. */
export interface TileSituation {
  /** It is, or nearly is, within the window. */
  onScreen: boolean;
  pageVisible: boolean;
  /** Whether any track is in focus, so that the wall is covered. */
  wallCovered: boolean;
  /** This track is in focus and has not painted its full picture yet. */
  standsIn: boolean;
  /** The pointer or the keyboard is on it: it may be opened at any moment. */
  attended: boolean;
  /** The pointer is down on it: it is about to be opened. */
  pressed: boolean;
  /** How many tiles share the wall. */
  tileCount: number;
}

/** Up to so many tiles, every one on screen has its full stream ready: a click then only lets it flow. */
const MAX_TILES_KEPT_READY = 16;

/** What a tile wants of its small stream, the one it shows. */
export function smallDemand(tile: TileSituation): StreamDemand {
  const shown = tile.standsIn || (tile.onScreen && !tile.wallCovered);
  return shown && tile.pageVisible ? 'play' : 'ready';
}

/**
 * What a tile wants of its full stream: a consumer without media, so that opening it costs no negotiation. Media
 * begins to flow with the press that a click begins with.
 */
export function fullDemand(tile: TileSituation): StreamDemand {
  if (tile.pressed) return 'play';
  const likely = tile.attended || (tile.onScreen && tile.tileCount <= MAX_TILES_KEPT_READY);
  return likely ? 'ready' : 'none';
}
