import { open, readFile } from 'node:fs/promises';
import { runEndReason, segment, timeMs, trackId } from '@sightline/shared';
import * as z from 'zod';
import { isMissing } from './fileErrors.ts';

const header = z.object({
  type: z.literal('header'),
  version: z.literal(1),
  runId: z.string(),
  companyId: z.string(),
  userId: z.string(),
  sessionId: z.string(),
  sessionStartedAtMs: timeMs,
  trackId,
  codec: z.string(),
});

/** One line of a run's index: the header comes first, then what happened, in order of arrival. */
const line = z.discriminatedUnion('type', [
  header,
  /** The sfu's wall time of the run's first frame, as soon as it is known. */
  z.object({ type: z.literal('anchor'), atMs: timeMs }),
  z.object({ type: z.literal('segment'), ...segment.shape }),
  /** `atMs` is the recorder's own wall time. */
  z.object({ type: z.literal('end'), reason: runEndReason, message: z.string(), atMs: timeMs }),
]);

/** See a line of a run's index. */
export type RunIndexLine = z.output<typeof line>;

/** The name of the index in its run's folder. */
export const INDEX_FILE = 'index.jsonl';

/** What was read from an index. */
export interface ParsedIndex {
  lines: RunIndexLine[];
  /** How much of the text holds whole lines: a crash can tear the last one. */
  wholeBytes: number;
  /** Lines that are whole and yet not of an index. */
  damaged: number;
}

/** Reads the whole lines of an index, or of a piece of it that starts at a line. */
export function parseRunIndex(text: string): ParsedIndex {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lines: RunIndexLine[] = [];
  let damaged = 0;
  for (const row of whole.split('\n')) {
    if (row === '') continue;
    const parsed = parseLine(row);
    if (parsed === undefined) damaged += 1;
    else lines.push(parsed);
  }
  return { lines, wholeBytes: Buffer.byteLength(whole), damaged };
}

function parseLine(row: string): RunIndexLine | undefined {
  try {
    return line.safeParse(JSON.parse(row)).data;
  } catch {
    return undefined;
  }
}

/** Reads an index from disk; one that does not exist has no lines. */
export async function readRunIndex(path: string): Promise<ParsedIndex> {
  try {
    return parseRunIndex(await readFile(path, 'utf8'));
  } catch (error) {
    if (isMissing(error)) return { lines: [], wholeBytes: 0, damaged: 0 };
    throw error;
  }
}

/** Appends to a run's index; what was appended is on disk when the promise resolves. */
export interface RunIndexWriter {
  append(entry: RunIndexLine): Promise<void>;
  close(): Promise<void>;
}

/** Opens an index for appending, behind its last whole line. */
export async function openRunIndex(path: string): Promise<RunIndexWriter> {
  const { wholeBytes } = await readRunIndex(path);
  const file = await open(path, 'a');
  await file.truncate(wholeBytes);
  let last: Promise<void> = Promise.resolve();
  let closing: Promise<void> | undefined;
  const write = async (text: string): Promise<void> => {
    await file.appendFile(text);
    await file.datasync();
  };
  return {
    append(entry) {
      const text = `${JSON.stringify(entry)}\n`;
      const done = last.then(() => write(text));
      // The next line is written whether or not this one could be; its own caller learns of the failure.
      last = done.catch(() => undefined);
      return done;
    },
    close: () => (closing ??= last.then(() => file.close())),
  };
}
