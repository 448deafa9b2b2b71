import { access, chmod, constants, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { CHROMIUM_SWITCHES } from '@sightline/agent/main/chromiumSwitches.ts';
import { type BrowserContext, chromium } from 'playwright-core';
import { type Closable, createCleanup } from './cleanup.ts';
import type { Display } from './display.ts';
import type { NetworkNamespace } from './netns.ts';
import { createTempDir } from './tempDir.ts';

const COMMON_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--autoplay-policy=no-user-gesture-required',
  // Media must flow without a resolver for .local names.
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

/** Part of both names that the first monitor can have: "Entire screen" where it is the only one, else "Screen 1". */
const FIRST_MONITOR = 'creen';

/** A running Chromium with a profile of its own. */
export interface Chromium extends Closable {
  readonly context: BrowserContext;
}

export interface AgentChromiumOptions {
  readonly display: Display;
  /** Where its network traffic goes, default the host's network. */
  readonly network?: NetworkNamespace;
  /** Folder of the profile, which is there afterwards; by default a new one that goes with the browser. */
  readonly profile?: string;
}

async function findChromium(): Promise<string> {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, 'chromium');
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not in this directory: the next one.
    }
  }
  throw new Error('no chromium in PATH: install the package chromium');
}

async function launch(
  flags: readonly string[],
  headless: boolean,
  env: Readonly<Record<string, string>>,
  { network, profile }: Pick<AgentChromiumOptions, 'network' | 'profile'> = {},
): Promise<Chromium> {
  const cleanup = createCleanup();
  const directory = cleanup.use(await createTempDir('chromium'));
  let executablePath = await findChromium();
  if (network !== undefined) {
    const wrapper = join(directory.path, 'chromium-in-namespace');
    await writeFile(wrapper, `#!/bin/sh\nexec ip netns exec ${network.name} ${executablePath} "$@"\n`);
    await chmod(wrapper, 0o700);
    executablePath = wrapper;
  }
  try {
    const context = await chromium.launchPersistentContext(profile ?? join(directory.path, 'profile'), {
      executablePath,
      headless,
      // An emulated viewport would also emulate the screen, and a capture would be scaled to that.
      viewport: null,
      args: [...COMMON_FLAGS, ...flags],
      env: { ...process.env, ...env },
    });
    cleanup.use(context);
    return { context, close: () => cleanup.close() };
  } catch (error) {
    await cleanup.close();
    throw error;
  }
}

/** As the agent's shell starts it. */
const AGENT_FLAGS = Object.entries(CHROMIUM_SWITCHES).map(([name, value]) => `--${name}=${value}`);

/**
 * A Chromium with windows on a display, started as the agent's shell starts its own. Its pages may capture that display's
 * first monitor without asking: to capture a second one, `Display.addMonitor` it when the first is being captured.
 */
export function launchAgentChromium({ display, ...options }: AgentChromiumOptions): Promise<Chromium> {
  return launch(
    [...AGENT_FLAGS, `--auto-select-desktop-capture-source=${FIRST_MONITOR}`],
    false,
    { DISPLAY: display.name },
    options,
  );
}

/** A Chromium without windows, for the pages of viewers. */
export function launchViewerChromium(): Promise<Chromium> {
  return launch(['--window-size=1280,720'], true, {});
}
