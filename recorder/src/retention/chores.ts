import type { Logger } from '@sightline/shared/node';

/** Work that is done one thing after the other. What is asked for again while it waits is done once. */
export interface Chores<Name extends string> {
  ask(name: Name): void;
  /** What has not begun never does. Resolves when what is under way has ended, which its signal tells it to. Idempotent. */
  close(): Promise<void>;
}

/** Builds the {@link Chores}. */
export function createChores<Name extends string>(
  chores: Readonly<Record<Name, (signal: AbortSignal) => Promise<unknown>>>,
  logger: Logger,
): Chores<Name> {
  const waiting = new Set<Name>();
  const closing = new AbortController();
  let working: Promise<void> | undefined;

  const work = async (): Promise<void> => {
    for (const name of waiting) {
      if (closing.signal.aborted) break;
      waiting.delete(name);
      try {
        await chores[name](closing.signal);
      } catch (error) {
        logger.error(
          { err: error, chore: name, code: 'chore-failed' },
          'something could not be looked after',
        );
      }
    }
    working = undefined;
  };

  return {
    ask(name) {
      waiting.add(name);
      if (!closing.signal.aborted) working ??= work();
    },
    async close() {
      closing.abort(new Error('The recorder is shutting down.'));
      await working;
    },
  };
}
