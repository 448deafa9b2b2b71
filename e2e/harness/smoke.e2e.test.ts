import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AgentScreen, openAgentScreen } from './agentScreen.ts';
import { createCleanup } from './cleanup.ts';
import { type Display, startDisplay } from './display.ts';
import { summariseLatency, summariseOrder } from './frameSummary.ts';
import { watchVideo } from './pageProbe.ts';
import { freeTcpPort } from './ports.ts';
import { run } from './proc.ts';
import { createTempDir } from './tempDir.ts';
import { probeVideo, type RecordedFrameSample } from './videoProbe.ts';

const cleanup = createCleanup();
let display: Display;
let screen: AgentScreen;

/** An empty page under the content policy that the product has too. */
async function servePage(): Promise<string> {
  const port = await freeTcpPort();
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': "script-src 'self'" });
    response.end('<!doctype html><title>Agent</title><video id="screen" autoplay muted></video>');
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  cleanup.use({ close: () => void server.closeAllConnections() });
  cleanup.use({ close: () => void server.close() });
  return `http://127.0.0.1:${port}/`;
}

beforeAll(async () => {
  display = cleanup.use(await startDisplay({ size: { width: 1280, height: 720 } }));
  const agentUrl = await servePage();
  screen = cleanup.use(await openAgentScreen({ display, agentUrl, framesPerSecond: 30 }));
});

afterAll(() => cleanup.close());

describe('the harness itself', () => {
  it('reads the pattern from a captured screen in a page, with its latency', async () => {
    await screen.agentPage.evaluate(async () => {
      const video = document.querySelector('video');
      if (video === null) throw new Error('the page has no video');
      video.srcObject = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: 30 } });
    });
    const probe = await watchVideo(screen.agentPage, '#screen');
    const startup = await probe.takeUntil('a first pattern', ({ pattern }) => pattern !== undefined, 10_000);
    const lastFrame = (startup.at(-1)?.pattern?.frame ?? 0) + 60;
    const samples = await probe.takeUntil(
      'two seconds of patterns',
      ({ pattern }) => pattern !== undefined && pattern.frame >= lastFrame,
      10_000,
    );
    const summary = summariseLatency(samples);
    expect(samples.at(-1)).toMatchObject({ width: 1280, height: 720, pattern: { displayId: 1 } });
    expect(summary.outOfOrder).toBe(0);
    expect(summary.decodedRatio).toBeGreaterThan(0.9);
    expect(summary.fps).toBeGreaterThan(15);
    expect(summary.p50Ms).toBeLessThan(200);
    await probe.close();
  });

  it('reads the pattern from a recorded file', async () => {
    const directory = cleanup.use(await createTempDir('smoke'));
    const file = join(directory.path, 'screen.ts');
    const grab = [
      '-f',
      'x11grab',
      '-framerate',
      '30',
      '-video_size',
      '1280x720',
      '-t',
      '2',
      '-i',
      display.name,
    ];
    const encode = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-b:v', '400k'];
    await run('ffmpeg', ['-hide_banner', '-nostdin', ...grab, ...encode, file]);

    const samples: RecordedFrameSample[] = [];
    for await (const sample of probeVideo(file)) samples.push(sample);
    const summary = summariseOrder(samples);
    expect(summary.frames).toBeGreaterThan(20);
    expect(summary.decodedRatio).toBeGreaterThan(0.9);
    expect(summary.outOfOrder).toBe(0);
    expect(samples[0]).toMatchObject({ width: 1280, height: 720 });
  });

  it('freezes the screen to the pixel, and lets it go on', async () => {
    await screen.pattern.freeze();
    const shown = await screen.pattern.page.evaluate(() => window.patternPage.shown());
    const stillThere = await screen.pattern.page.evaluate(
      () =>
        new Promise<number | undefined>((resolve) =>
          requestAnimationFrame(() =>
            requestAnimationFrame(() => resolve(window.patternPage.shown()?.frame)),
          ),
        ),
    );
    expect(stillThere).toBe(shown?.frame);
    await screen.pattern.resume();
    await screen.pattern.page.waitForFunction((frame) => {
      const now = window.patternPage.shown()?.frame;
      return now !== undefined && frame !== undefined && now > frame;
    }, shown?.frame);
  });
});
