import type { Logger } from '@sightline/shared/node';
import type { OpenRun, OpenRuns } from '../store/openRuns.ts';

/** What the register of open runs has of a run that goes on. Each change is durable when resolved. */
export interface RunEntry {
  /** It is known when the run began. */
  anchor(atMs: number): Promise<void>;
  /**
   * Something was lost in this part, or behind it: until the manifest says what is damaged, nothing else would after a kill.
   * Never rejects.
   */
  lost(index: number): Promise<void>;
  /**
   * The manifest has another segment, with its holes. If this fails, the register only says too much.
   *
   * @param firstLost the first part from which on there is a loss that the manifest does not have
   */
  closed(firstLost: number | undefined): void;
}

/** Enters a run that begins. */
export async function enterRun(
  run: OpenRun,
  { openRuns, logger }: { openRuns: Pick<OpenRuns, 'put'>; logger: Logger },
): Promise<RunEntry> {
  let anchorMs: number | undefined;
  let lostFrom: number | undefined;
  let last: Promise<void> = Promise.resolve();
  /** One after the other: the register is to have what was said last. */
  const put = (): Promise<void> => {
    const entry = {
      ...run,
      ...(anchorMs === undefined ? {} : { anchorMs }),
      ...(lostFrom === undefined ? {} : { lostFrom }),
    };
    const done = last.then(() => openRuns.put(entry));
    last = done.catch(() => undefined);
    return done;
  };
  /** Nothing is written where nothing changes: losses may come by the dozen. */
  const setLostFrom = async (index: number | undefined): Promise<void> => {
    if (lostFrom === index) return last;
    lostFrom = index;
    try {
      await put();
    } catch (error) {
      logger.warn(
        { err: error, lostFrom },
        'what was lost would not be known if the recorder were killed now',
      );
    }
  };
  await put();
  return {
    anchor(atMs) {
      anchorMs = atMs;
      return put();
    },
    lost: (index) => setLostFrom(Math.min(index, lostFrom ?? index)),
    closed: (firstLost) => void setLostFrom(firstLost),
  };
}
