import { encodePattern } from './encodePattern.ts';
import { PATTERN_COLUMNS, PATTERN_ROWS, QUIET_CELLS } from './patternLayout.ts';

/** What the page offers to the test that opened it, as `window.patternPage`. */
export interface PatternPage {
  /** Stops painting: from now on the page does not change by a single pixel. */
  freeze(): void;
  /** Goes on painting, with the next frame number. */
  resume(): void;
  /** Number and time of the frame on show; undefined before the first. */
  shown(): { readonly frame: number; readonly wallMs: number } | undefined;
}

declare global {
  interface Window {
    patternPage: PatternPage;
  }
}

/** Enough lines of print to fill a large screen: a key frame then costs what it costs on a screen with a document. */
const LINES_OF_PRINT = 900;

function printLine(number: number): string {
  const quantity = (number * 7919) % 1000;
  const price = ((number * 104_729) % 10_000) / 100;
  return `${number}. Order ${quantity}-${number % 37}: ${quantity} pieces at ${price.toFixed(2)}, delivered in week ${1 + (number % 52)}. `;
}

/** Lines of a terminal in which something keeps printing. */
const LINES_OF_OUTPUT = 10;

function requireNumber(parameters: URLSearchParams, name: string): number {
  const value = Number(parameters.get(name) ?? Number.NaN);
  if (!Number.isFinite(value)) throw new Error(`the pattern page needs the query parameter ${name}`);
  return value;
}

function start(): PatternPage {
  const parameters = new URLSearchParams(location.search);
  const framesPerSecond = requireNumber(parameters, 'fps');
  const displayId = requireNumber(parameters, 'displayId');
  const cellPx = requireNumber(parameters, 'cellPx');

  for (let line = 1; line <= LINES_OF_PRINT; line += 1) document.body.append(printLine(line));

  const canvas = document.querySelector('canvas');
  const context = canvas?.getContext('2d', { alpha: false });
  if (!canvas || !context) throw new Error('the pattern page needs a canvas');
  canvas.width = (PATTERN_COLUMNS + 2 * QUIET_CELLS) * cellPx;
  canvas.height = (PATTERN_ROWS + 2 * QUIET_CELLS) * cellPx;

  const output = parameters.has('busy')
    ? document.body.appendChild(document.createElement('pre'))
    : undefined;

  let frame = 0;
  let request = 0;
  let shown: { frame: number; wallMs: number } | undefined;
  let nextPaintMs = 0;

  const paint = (): void => {
    shown = { frame, wallMs: Date.now() };
    const cells = encodePattern({ ...shown, displayId });
    if (output !== undefined) {
      const newest = frame;
      const lines = Array.from({ length: LINES_OF_OUTPUT }, (_, index) =>
        printLine(newest + index).repeat(2),
      );
      output.textContent = lines.join('\n');
    }
    frame += 1;
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = '#000';
    cells.forEach((black, index) => {
      if (black === 0) return;
      const column = QUIET_CELLS + (index % PATTERN_COLUMNS);
      const row = QUIET_CELLS + Math.floor(index / PATTERN_COLUMNS);
      context.fillRect(column * cellPx, row * cellPx, cellPx, cellPx);
    });
  };

  const periodMs = 1000 / framesPerSecond;
  const onAnimationFrame = (nowMs: number): void => {
    request = requestAnimationFrame(onAnimationFrame);
    // Some slack: animation frames come a little early or late, and must not halve the rate.
    if (nowMs < nextPaintMs - periodMs / 4) return;
    nextPaintMs = Math.max(nextPaintMs + periodMs, nowMs);
    paint();
  };

  request = requestAnimationFrame(onAnimationFrame);
  return {
    freeze() {
      cancelAnimationFrame(request);
    },
    resume() {
      cancelAnimationFrame(request);
      request = requestAnimationFrame(onAnimationFrame);
    },
    shown: () => shown,
  };
}

window.patternPage = start();
