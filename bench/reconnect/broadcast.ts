/** What of a client a viewer can see change, and to what. */
export interface ClientState {
  clientId: string;
  aspect: 'presence' | 'paused';
  value: string;
}

/** An agent changed, at `atMs` of the monotonic clock. */
export interface Change extends ClientState {
  atMs: number;
}

/** A viewer learned what a client is now. */
export interface Sighting extends Change {
  viewer: number;
}

/** How long changes took to reach everybody. */
export interface BroadcastTimes {
  /** By change: until the last viewer knew of it. */
  broadcastMs: number[];
  /** Changes that some viewer never saw. */
  unseen: number;
}

const keyOf = ({ clientId, aspect, value }: ClientState): string => `${clientId} ${aspect} ${value}`;

/**
 * Finds for each change when each viewer knew of it: its first sighting after the change, but before the same
 * client changes to the same once more.
 */
export function broadcastTimes(
  changes: readonly Change[],
  sightings: readonly Sighting[],
  viewers: number,
): BroadcastTimes {
  const seen = Map.groupBy(sightings, keyOf);
  const result: BroadcastTimes = { broadcastMs: [], unseen: 0 };
  for (const [key, same] of Map.groupBy(changes, keyOf)) {
    const inOrder = same.toSorted((a, b) => a.atMs - b.atMs);
    for (const [place, { atMs }] of inOrder.entries()) {
      const beforeMs = inOrder[place + 1]?.atMs ?? Number.POSITIVE_INFINITY;
      const firsts = firstByViewer(seen.get(key) ?? [], atMs, beforeMs);
      if (firsts.length < viewers) result.unseen += 1;
      else result.broadcastMs.push(Math.max(...firsts) - atMs);
    }
  }
  return result;
}

function firstByViewer(sightings: readonly Sighting[], fromMs: number, beforeMs: number): number[] {
  const firsts = new Map<number, number>();
  for (const { viewer, atMs } of sightings) {
    if (atMs < fromMs || atMs >= beforeMs) continue;
    firsts.set(viewer, Math.min(atMs, firsts.get(viewer) ?? Number.POSITIVE_INFINITY));
  }
  return [...firsts.values()];
}
