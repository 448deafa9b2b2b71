import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AgentScreen, openAgentScreen } from './agentScreen.ts';
import { createCleanup } from './cleanup.ts';
import { type Display, startDisplay } from './display.ts';
import { type SeenFrameSample, summariseLatency, summariseOrder } from './frameSummary.ts';
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
      const element = document.querySelector('video');
      if (element === null) throw new Error('the page has no video');
      // Without a limit of its own the size at the start would be the limit.
      const video = { frameRate: 30, width: { max: 7680 }, height: { max: 4320 } };
      element.srcObject = await navigator.mediaDevices.getDisplayMedia({ video });
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

  it('reads the pattern from a playlist in which the size of the picture changes', async () => {
    const directory = cleanup.use(await createTempDir('smoke'));
    const full = join(directory.path, 'full.ts');
    const small = join(directory.path, 'small.ts');
    const playlist = join(directory.path, 'index.m3u8');
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
    const quiet = ['-hide_banner', '-nostdin'];
    await run('ffmpeg', [...quiet, ...grab, ...encode, full]);
    await run('ffmpeg', [...quiet, '-i', full, '-vf', 'scale=480:-2', ...encode, small]);
    const segments = ['#EXTINF:2,', 'full.ts', '#EXT-X-DISCONTINUITY', '#EXTINF:2,', 'small.ts'];
    const head = ['#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-TARGETDURATION:2'];
    await writeFile(playlist, [...head, ...segments, '#EXT-X-ENDLIST', ''].join('\n'));

    const samples: RecordedFrameSample[] = [];
    for await (const sample of probeVideo(playlist)) samples.push(sample);
    const fullSize = samples.filter(({ width, height }) => width === 1280 && height === 720);
    const smallSize = samples.filter(({ width, height }) => width === 480 && height === 270);
    expect(fullSize.length + smallSize.length).toBe(samples.length);
    for (const part of [fullSize, smallSize]) {
      const summary = summariseOrder(part);
      expect(summary.frames).toBeGreaterThan(20);
      expect(summary.decodedRatio).toBeGreaterThan(0.9);
      expect(summary.outOfOrder).toBe(0);
    }
  });

  it('says why a file cannot be decoded', async () => {
    const decodeAll = async (): Promise<void> => {
      for await (const sample of probeVideo('/nowhere/recording.ts'))
        throw new Error(`a picture at ${sample.ptsS}`);
    };
    await expect(decodeAll()).rejects.toThrow(/nowhere.*No such file/s);
  });

  it('follows a change of resolution', async () => {
    const size = { width: 1024, height: 576 };
    const probe = await watchVideo(screen.agentPage, '#screen');
    await display.resize(size);
    await screen.pattern.move({ left: 0, top: 0, ...size });
    const fits = ({ pattern, width, height }: SeenFrameSample): boolean =>
      pattern !== undefined && width === 1024 && height === 576;
    const samples = await probe.takeUntil('a pattern in the new resolution', fits, 10_000);
    expect(samples.at(-1)).toMatchObject(size);
    await probe.close();
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
