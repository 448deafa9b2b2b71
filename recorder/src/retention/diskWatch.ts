import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { codeOf } from '../store/fileErrors.ts';
import {
  bytesToClear,
  diskStateOf,
  isShort,
  type DiskMarks,
  type DiskSpace,
  type DiskState,
} from './diskMarks.ts';
import { createDiskPace, LOOK_HANGS_MS } from './diskPace.ts';
import type { DiskReserve } from './diskReserve.ts';
import type { DiskLook } from './diskSpace.ts';
import type { Problems } from './problems.ts';

/** What the disk is like. */
export interface DiskReading extends DiskSpace {
  state: DiskState;
  /** Why it is taken as slow, in words; null if it is not. */
  slow: string | null;
}

/** Watches the room on the disk and how fast it is, and has room cleared when it runs out. */
export interface DiskWatch {
  /** As it was last. */
  readonly reading: DiskReading;
  /** What could not be cleared is asked for again at the next look. */
  tryAgain(): void;
  /** Idempotent. Resolves when nothing is being cleared. */
  close(): Promise<void>;
}

/** What a {@link DiskWatch} needs. */
export interface DiskWatchDeps {
  look: () => Promise<DiskLook>;
  marks: DiskMarks;
  reserve: DiskReserve;
  /** Removes the oldest, up to so many bytes; resolves with what was freed. */
  clear: (bytesNeeded: number) => Promise<number>;
  /** Ends all runs, before the room is really gone. */
  onFull: (message: string) => void;
  problems: Problems;
  clock: Clock;
  logger: Logger;
}

const LOOK_MS = 5_000;
const LOOK_WHILE_SHORT_MS = 1_000;
/** When nothing could be removed, it is asked again after this. */
const CLEAR_AGAIN_MS = 30_000;

/** Starts watching; resolves after the first look. */
export async function startDiskWatch(deps: DiskWatchDeps): Promise<DiskWatch> {
  const { marks, problems, clock, logger } = deps;
  const pace = createDiskPace();
  let reading: DiskReading = { state: 'ok', freeBytes: 0, totalBytes: 0, fault: null, slow: null };
  /** A look that has not come back; there is never a second one beside it. */
  let underWay: Promise<number | undefined> | undefined;
  let closed = false;
  let cancel: (() => void) | undefined;
  let clearing: Promise<void> | undefined;
  let clearAgainAtMs = 0;

  const clear = async (bytesNeeded: number): Promise<void> => {
    const freed = await deps.clear(bytesNeeded);
    if (freed > 0) {
      clearAgainAtMs = 0;
      problems.clear('disk-nothing-to-clear');
      return;
    }
    clearAgainAtMs = clock.nowMs() + CLEAR_AGAIN_MS;
    problems.raise(
      'disk-nothing-to-clear',
      'Nothing may be removed to make room: what is there is held, awaited, not uploaded yet, younger than its company’s minimum age, or the sfu gave no leave. Add room, release holds, or lower the minimum age.',
    );
  };

  const enter = (state: DiskState): void => {
    const { freeBytes, totalBytes } = reading;
    const level = state === 'ok' ? 'info' : 'error';
    logger[level](
      { state, freeBytes, totalBytes, code: `disk-${state}` },
      'the room on the disk has changed',
    );
    if (state === 'full') deps.onFull(describe(state, reading));
    if (!isShort(state)) problems.clear('disk-nothing-to-clear');
  };

  const show = ({ state }: DiskReading): void => {
    for (const other of ['low', 'clearing', 'full'] as const)
      if (other !== state) problems.clear(`disk-${other}`);
    if (state !== 'ok') problems.raise(`disk-${state}`, describe(state, reading));
    if (reading.fault === null) problems.clear('disk-unwritable');
    else
      problems.raise(
        'disk-unwritable',
        `Nothing can be written to the disk of the recordings: ${reading.fault}.`,
      );
  };

  const act = async (): Promise<void> => {
    const { state } = reading;
    // In this order: what is free by now may be too little for the file, and the file is not worth a recording.
    if (reading.fault !== null) return;
    if (state === 'full') await deps.reserve.release();
    else if (!isShort(state)) await deps.reserve.take();
    if (!isShort(state) || clearing !== undefined || clock.nowMs() < clearAgainAtMs) return;
    clearing = clear(bytesToClear(reading, marks)).finally(() => {
      clearing = undefined;
    });
    clearing.catch(report);
  };

  /** Resolves with how long a write took; undefined where it cannot be told. */
  const look = async (): Promise<number | undefined> => {
    const { writeMs, ...space } = await deps.look();
    const before = reading.state;
    reading = { ...reading, ...space, state: diskStateOf(space, marks, before) };
    if (reading.state !== before) {
      enter(reading.state);
      show(reading);
    }
    await act();
    return space.fault === null ? writeMs : undefined;
  };

  const report = (err: unknown): void => {
    logger.error({ err, code: 'disk-watch-failed' }, 'the disk could not be looked after; it is tried again');
    problems.raise('disk-watch-failed', `The disk could not be looked after: ${codeOf(err)}.`);
  };
  const lookVisibly = async (): Promise<number | undefined> => {
    try {
      const writeMs = await look();
      problems.clear('disk-watch-failed');
      return writeMs;
    } catch (error) {
      report(error);
      return undefined;
    } finally {
      underWay = undefined;
    }
  };
  const hanging = (): { ms: Promise<number>; cancel: () => void } => {
    const { promise, resolve } = Promise.withResolvers<number>();
    return { ms: promise, cancel: clock.after(LOOK_HANGS_MS, () => resolve(LOOK_HANGS_MS)) };
  };
  /** A disk that hangs must not hide it by that. */
  const takeReading = async (): Promise<void> => {
    underWay ??= lookVisibly();
    const hangs = hanging();
    const writeMs = await Promise.race([underWay, hangs.ms]);
    hangs.cancel();
    if (writeMs !== undefined) pace.note(writeMs);
    reading.slow = pace.slow ? pace.message : null;
    if (reading.slow === null) problems.clear('disk-slow');
    else problems.raise('disk-slow', reading.slow);
  };
  const plan = (): void => {
    if (closed) return;
    const hurry = reading.state !== 'ok' || reading.slow !== null || underWay !== undefined;
    cancel = clock.after(hurry ? LOOK_WHILE_SHORT_MS : LOOK_MS, () => {
      void takeReading().then(plan);
    });
  };

  await takeReading();
  plan();
  return {
    get reading() {
      return reading;
    },
    tryAgain() {
      clearAgainAtMs = 0;
    },
    async close() {
      closed = true;
      cancel?.();
      await clearing;
    },
  };
}

function describe(state: Exclude<DiskState, 'ok'>, { freeBytes, totalBytes, fault }: DiskSpace): string {
  if (fault !== null) return 'Nothing is recorded until the disk can be written again.';
  const room = `${megabytes(freeBytes)} of ${megabytes(totalBytes)} MB are free`;
  switch (state) {
    case 'low':
      return `The disk is filling up: ${room}. Add room, or shorten the retention.`;
    case 'clearing':
      return `The disk is nearly full: ${room}. The oldest recordings that may go are being removed.`;
    case 'full':
      return `The disk is full: ${room}. Nothing is recorded until there is room again.`;
  }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e9 ? 1 : 0);
