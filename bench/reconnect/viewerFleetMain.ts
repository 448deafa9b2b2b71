import { serveParent } from '@sightline/e2e/harness/childProcess.ts';
import { oneOf, seededRandom } from '@sightline/e2e/harness/random.ts';
import { openBenchViewer, type BenchViewer } from './benchViewer.ts';
import type { Sighting } from './broadcast.ts';
import { watchEventLoop } from './eventLoopLag.ts';
import { viewerFleetRequests } from './fleetProtocol.ts';

const viewers: BenchViewer[] = [];
const sightings: Sighting[] = [];
const readLag = watchEventLoop();
let watched = 0;
let stopWatching: (() => void) | undefined;

serveParent(viewerFleetRequests, {
  async open({ url, cookies }) {
    for (const [viewer, cookie] of cookies.entries()) {
      const onChange = (change: Omit<Sighting, 'viewer'>): void => void sightings.push({ viewer, ...change });
      viewers.push(await openBenchViewer({ url, cookie, onChange }));
    }
    readLag();
    return {};
  },
  'begin-watching': ({ seed, perSecond }) => {
    const random = seededRandom(seed);
    const timer = setInterval(() => {
      // While the sfu is dead there is nothing to watch; that is what it is killed for.
      oneOf(random, viewers)
        ?.toggleWatching(random)
        .then(
          () => (watched += 1),
          () => undefined,
        );
    }, 1_000 / perSecond);
    stopWatching = () => clearInterval(timer);
    return {};
  },
  'cease-watching': () => {
    stopWatching?.();
    return { watched };
  },
  sightings: () => ({ sightings, lag: readLag() }),
});
