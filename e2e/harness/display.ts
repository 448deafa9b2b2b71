import type { Closable } from './cleanup.ts';
import { run, startProc } from './proc.ts';

const START_TIMEOUT_MS = 10_000;

export interface ScreenSize {
  readonly width: number;
  readonly height: number;
}

/** A part of the screen that programs take for a monitor, in pixels. */
export interface Monitor extends ScreenSize {
  readonly name: string;
  readonly left: number;
  readonly top: number;
}

/** A virtual X screen. */
export interface Display extends Closable {
  /** As in the environment variable DISPLAY. */
  readonly name: string;
  readonly size: ScreenSize;
  /** Changes the resolution, up to the size that the display was started with. */
  resize(size: ScreenSize): Promise<void>;
  /**
   * Makes a part of the screen a monitor, and the first that programs list: as if it had just been plugged in.
   * Without any, the whole screen is the only monitor.
   */
  addMonitor(monitor: Monitor): Promise<void>;
}

export interface DisplayOptions {
  readonly size: ScreenSize;
  /** The largest size that `resize` may set, default `size`. */
  readonly maxSize?: ScreenSize;
}

/** Starts Xvfb on the first free display number. */
export async function startDisplay({ size, maxSize = size }: DisplayOptions): Promise<Display> {
  const screen = `${maxSize.width}x${maxSize.height}x24`;
  const xvfb = await startProc('Xvfb', [
    '-displayfd',
    '1',
    '-screen',
    '0',
    screen,
    '-nolisten',
    'tcp',
    '-noreset',
  ]);
  const [number] = await xvfb.line(/^\d+$/, START_TIMEOUT_MS);
  const name = `:${number}`;
  const xrandr = (...args: string[]): Promise<string> => run('xrandr', args, { env: { DISPLAY: name } });
  const modes = new Set([`${maxSize.width}x${maxSize.height}`]);
  let monitorCount = 0;
  let current = maxSize;

  const display: Display = {
    name,
    get size() {
      return current;
    },
    async resize({ width, height }) {
      if (width > maxSize.width || height > maxSize.height) {
        throw new Error(`${width}x${height} exceeds the display: start it with a larger maxSize`);
      }
      const mode = `${width}x${height}`;
      if (!modes.has(mode)) {
        // A virtual output ignores clock, porches and sync widths; xrandr only wants them in order.
        const horizontal = [width, width + 1, width + 2, width + 3].map(String);
        const vertical = [height, height + 1, height + 2, height + 3].map(String);
        await xrandr('--newmode', mode, '60', ...horizontal, ...vertical);
        await xrandr('--addmode', 'screen', mode);
        modes.add(mode);
      }
      await xrandr('--output', 'screen', '--mode', mode);
      current = { width, height };
    },
    async addMonitor({ name: monitorName, width, height, left, top }) {
      // xrandr also wants the size in millimetres, which is of no use here.
      const geometry = `${width}/${width}x${height}/${height}+${left}+${top}`;
      // The first takes over the only output, else that would be a monitor of its own.
      await xrandr('--setmonitor', `*${monitorName}`, geometry, monitorCount === 0 ? 'screen' : 'none');
      monitorCount += 1;
    },
    close: () => xvfb.close(),
  };
  if (size !== maxSize) await display.resize(size);
  return display;
}
