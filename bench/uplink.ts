/**
 * `npm run bench -- uplink [--caps N] [--queue MS]`: an agent's uplink becomes narrow, 300 kbit/s before which so many ms
 * of packets can wait (default 1,000), for 20 s, N times (default 8), under a screen that wants 770 kbit/s.
 *
 * - `greatestAgeMs`: how old the picture on show has ever been under a cap. The goal is 3,000.
 * - `keyFrames`: how many had to come under a cap, each 4 to 6 s of that link, because packets were lost for good.
 * - `recoveredMs`: after how long the full rate was back when the uplink was wide again. The goal is 10,000.
 * - `lateViewer`: somebody comes to watch 5 s after the uplink became narrow: when the first full picture was there, and
 *   how many key frames that cost. Half as many times.
 */
import { greatestAgeMs } from '@sightline/e2e/harness/perSecond.ts';
import { percentile } from '@sightline/e2e/harness/frameSummary.ts';
import {
  comeToWatch,
  fullRate,
  NARROW,
  openNarrowUplink,
  type NarrowUplink,
} from '@sightline/e2e/harness/narrowUplink.ts';
import { openDashboard } from '@sightline/e2e/harness/product.ts';
import { machine } from './lib/machine.ts';
import { progress, runBenchmark } from './lib/runBenchmark.ts';
import { parseOptions } from './uplink/options.ts';

const CAPPED_MS = 20_000;
const SETTLED_MS = 5_000;
const FREE_MS = 6_000;
/** Longer than anything that was ever seen. */
const TIMEOUT_MS = 90_000;
const GOALS = { greatestAgeMs: 3_000, recoveredMs: 10_000 };

const options = parseOptions(process.argv.slice(2));
const limit = { ...NARROW, queueMs: options.queueMs };

async function cap(uplink: NarrowUplink, wantedRate: number) {
  await uplink.narrow(limit);
  const { keyFrames, result: capped } = await uplink.countKeyFrames(() => uplink.watch(CAPPED_MS));
  await uplink.widen();
  const recovered = await uplink.watchUntilRate(wantedRate, TIMEOUT_MS);
  const seen = [...capped.samples, ...recovered.samples];
  return { greatestAgeMs: greatestAgeMs(seen, Date.now()), keyFrames, recoveredMs: recovered.afterMs };
}

async function comeLate(uplink: NarrowUplink, wantedRate: number) {
  const dashboard = await openDashboard(uplink.stack);
  try {
    await dashboard.tile('ann');
    await uplink.narrow(limit);
    await uplink.watch(SETTLED_MS);
    const { keyFrames, result } = await uplink.countKeyFrames(() => comeToWatch(dashboard, TIMEOUT_MS));
    return { firstPictureMs: result, keyFrames };
  } finally {
    await dashboard.close();
    await uplink.widen();
    await uplink.watchUntilRate(wantedRate, TIMEOUT_MS);
  }
}

/** In turns, one after the other. */
async function repeat<T>(times: number, what: string, measure: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  while (results.length < times) {
    const result = await measure();
    results.push(result);
    progress(`${what} ${results.length}/${times}: ${JSON.stringify(result)}`);
  }
  return results;
}

const summary = (values: readonly number[]): { p50: number; max: number; all: readonly number[] } => ({
  p50: percentile(values, 0.5),
  max: percentile(values, 1),
  all: values,
});

await runBenchmark(async (cleanup) => {
  const uplink = cleanup.use(await openNarrowUplink());
  const wantedRate = fullRate(await uplink.watch(FREE_MS));
  const caps = await repeat(options.caps, 'cap', () => cap(uplink, wantedRate));
  const late = await repeat(Math.ceil(options.caps / 2), 'late viewer', () => comeLate(uplink, wantedRate));
  return {
    caps: caps.length,
    queueMs: options.queueMs,
    rateBps: limit.rateBps,
    greatestAgeMs: summary(caps.map((one) => one.greatestAgeMs)),
    keyFrames: summary(caps.map((one) => one.keyFrames)),
    recoveredMs: summary(caps.map((one) => one.recoveredMs)),
    lateViewer: {
      firstPictureMs: summary(late.map((one) => one.firstPictureMs)),
      keyFrames: summary(late.map((one) => one.keyFrames)),
    },
    goals: GOALS,
    met: {
      greatestAgeMs: caps.filter((one) => one.greatestAgeMs <= GOALS.greatestAgeMs).length,
      recoveredMs: caps.filter((one) => one.recoveredMs <= GOALS.recoveredMs).length,
    },
    machine,
  };
});
