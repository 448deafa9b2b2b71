import { availableParallelism, cpus, loadavg } from 'node:os';
import { createCleanup } from '@sightline/e2e/harness/cleanup.ts';
import { startDisplay } from '@sightline/e2e/harness/display.ts';
import { measureSystem, type LatencyPlan, type LatencySamples } from './latency/measure.ts';
import { openReference } from './latency/reference/openReference.ts';
import { figuresOf, firstFrameBreakdown, goalsOf, sampleCounts } from './latency/report.ts';
import { openSightline } from './latency/sightline.ts';

const SCREEN = { width: 1280, height: 720 };
const PLAN: LatencyPlan = { settleMs: 5_000, watchMs: 20_000, clicks: 20 };

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Measures the three systems one after the other, on the same screen and in the same two browsers. */
async function measureAll(): Promise<Record<'sightline' | 'p2p' | 'mediaRecorder', LatencySamples>> {
  const cleanup = createCleanup();
  try {
    const display = cleanup.use(await startDisplay({ size: SCREEN }));
    say('Sightline…');
    const product = await openSightline(display, cleanup);
    const { pattern, agentPage } = product.screen;
    const { viewerPage } = product;
    const sightline = await measureSystem(product, pattern, PLAN).finally(() => product.close());
    const measureReference = async (kind: 'p2p' | 'recorder'): Promise<LatencySamples> => {
      const reference = await openReference(kind, { agentPage, viewerPage });
      return measureSystem(reference, pattern, PLAN).finally(() => reference.close());
    };
    say('P2P…');
    const p2p = await measureReference('p2p');
    say('MediaRecorder…');
    return { sightline, p2p, mediaRecorder: await measureReference('recorder') };
  } finally {
    await cleanup.close();
  }
}

const loadBefore = loadavg()[0];
const seen = await measureAll();
const figures = {
  sightline: figuresOf(seen.sightline),
  p2p: figuresOf(seen.p2p),
  mediaRecorder: figuresOf(seen.mediaRecorder),
};
const goals = goalsOf(figures);
for (const { goal, limit, measured, met } of goals) {
  say(`${met ? 'met   ' : 'MISSED'}  ${measured} ms, at most ${limit}: ${goal}`);
}
say(
  JSON.stringify({
    ...figures.sightline,
    p2p: figures.p2p,
    mediaRecorder: figures.mediaRecorder,
    goals,
    firstFrameBreakdown: {
      sightline: firstFrameBreakdown(seen.sightline.firstFrames),
      p2p: firstFrameBreakdown(seen.p2p.firstFrames),
    },
    samples: {
      notCountedMs: PLAN.settleMs,
      sightline: sampleCounts(seen.sightline),
      p2p: sampleCounts(seen.p2p),
      mediaRecorder: sampleCounts(seen.mediaRecorder),
    },
    machine: {
      cpu: cpus()[0]?.model,
      cores: availableParallelism(),
      loadBefore,
      loadAfter: loadavg()[0],
      screen: SCREEN,
      fps: 30,
    },
  }),
);
