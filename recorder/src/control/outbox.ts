import { ProtocolError, type Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';

const RETRY_MS = 5_000;
/** These say nothing of the item: it is only that the sfu, or its database, could not take it now. */
const PASSING: ReadonlySet<string> = new Set(['timeout', 'not-connected', 'rate-limited', 'internal']);

/**
 * Tells the sfu of things that are durable, in order per subject, until each has been acknowledged. What could not be told
 * rests; of what rests only one subject at a time is tried again, so that an sfu in trouble is not asked more and more.
 */
export interface Outbox<Item> {
  /** More will come of a subject. */
  expect(subject: string): void;
  /** Says something of a subject; more may come. */
  announce(subject: string, item: Item): void;
  /**
   * Says that no more will come of the subject. Resolves when all is acknowledged, or cannot be for now; then it
   * goes out after the next {@link Outbox.resume}.
   */
  flush(subject: string): Promise<void>;
  /** {@link Outbox.flush} of every subject of which no more will come. */
  drain(): Promise<void>;
  /** The sfu listens from now on. */
  resume(): void;
  /** The sfu cannot be reached any more. */
  pause(): void;
}

interface Subject<Item> {
  queue: Item[];
  sending: boolean;
  complete: boolean;
  waiting: (() => void)[];
  /** Why an item of it was not taken last. */
  trouble: string | undefined;
}

/** Builds an outbox that is paused. */
export function createOutbox<Item>(deps: {
  /** What an item is, for the log. */
  what: string;
  send: (subject: string, item: Item) => Promise<unknown>;
  /** An item is acknowledged, or refused for good. If this fails, it is sent again. */
  onSent?: (subject: string, item: Item) => Promise<void>;
  /** Everything of the subject is over and acknowledged. If this fails, it is called again. */
  onDone: (subject: string) => Promise<void>;
  /** Items tell of a state: of those that wait only the newest is worth telling. */
  newestOnly?: boolean;
  clock: Clock;
  logger: Logger;
}): Outbox<Item> {
  const { logger, newestOnly = false } = deps;
  const subjects = new Map<string, Subject<Item>>();
  /** What is to be tried again, in this order. */
  const resting = new Map<string, Subject<Item>>();
  /** The one of them that is being tried. */
  let probe: Subject<Item> | undefined;
  let cancelRetry: (() => void) | undefined;
  let online = false;

  const open = (name: string): Subject<Item> => {
    const subject = subjects.get(name) ?? {
      queue: [],
      sending: false,
      complete: false,
      waiting: [],
      trouble: undefined,
    };
    subject.complete = false;
    subjects.set(name, subject);
    return subject;
  };
  const release = (subject: Subject<Item>): void => {
    for (const resolve of subject.waiting.splice(0)) resolve();
  };

  const tell = (name: string, subject: Subject<Item>, trouble: string | undefined, error?: unknown): void => {
    if (trouble === subject.trouble) return;
    subject.trouble = trouble;
    const about = { subject: name, waiting: subject.queue.length };
    if (trouble === undefined) logger.info(about, `${deps.what} could be announced again`);
    else
      logger.error({ ...about, err: error, again: isPassing(error) }, `${deps.what} could not be announced`);
  };

  /** @throws what says nothing of the item */
  const deliver = async (name: string, subject: Subject<Item>, item: Item): Promise<void> => {
    try {
      await deps.send(name, item);
    } catch (error) {
      if (isPassing(error)) throw error;
      await deps.onSent?.(name, item);
      tell(name, subject, troubleOf(error), error);
      return;
    }
    await deps.onSent?.(name, item);
    tell(name, subject, undefined);
  };
  const isOver = ({ complete, queue }: Subject<Item>): boolean => complete && queue.length === 0;
  const finish = async (name: string, subject: Subject<Item>): Promise<void> => {
    subjects.delete(name);
    try {
      await deps.onDone(name);
    } catch (error) {
      // Unless it was begun anew meanwhile, which then ends in the same way.
      if (!subjects.has(name)) subjects.set(name, subject);
      throw error;
    }
  };

  const pump = async (name: string, subject: Subject<Item>): Promise<void> => {
    if (subject.sending || resting.has(name) || !online) return;
    subject.sending = true;
    try {
      for (let item = subject.queue[0]; item !== undefined && isOnline(); item = subject.queue[0]) {
        await deliver(name, subject, item);
        subject.queue.shift();
        pass(subject);
      }
      if (isOver(subject) && subjects.get(name) === subject) await finish(name, subject);
      pass(subject);
    } catch (error) {
      tell(name, subject, troubleOf(error), error);
      rest(name, subject);
    } finally {
      subject.sending = false;
      if (subject.complete) release(subject);
    }
  };
  const isOnline = (): boolean => online;

  /** Has the next one tried if this was the one that is tried. */
  const pass = (subject: Subject<Item>): void => {
    if (probe !== subject) return;
    probe = undefined;
    tryNext();
  };
  const rest = (name: string, subject: Subject<Item>): void => {
    if (probe === subject) probe = undefined;
    if (subjects.get(name) === subject) resting.set(name, subject);
    if (!online || probe !== undefined) return;
    cancelRetry ??= deps.clock.after(RETRY_MS, tryNext);
    for (const one of resting.values()) release(one);
  };
  const tryNext = (): void => {
    stopRetrying();
    const [next] = resting;
    if (next === undefined || probe !== undefined || !online) return;
    const [name, subject] = next;
    resting.delete(name);
    probe = subject;
    void pump(name, subject);
  };
  const stopRetrying = (): void => {
    cancelRetry?.();
    cancelRetry = undefined;
  };

  const settle = (name: string, subject: Subject<Item>): Promise<void> => {
    if (!online || (resting.has(name) && cancelRetry !== undefined)) return Promise.resolve();
    return new Promise((resolve) => {
      subject.waiting.push(resolve);
      void pump(name, subject);
    });
  };

  return {
    expect: (name) => void open(name),
    announce(name, item) {
      const subject = open(name);
      if (newestOnly) subject.queue.splice(subject.sending ? 1 : 0);
      subject.queue.push(item);
      void pump(name, subject);
    },
    flush(name) {
      const subject = open(name);
      subject.complete = true;
      return settle(name, subject);
    },
    async drain() {
      const complete = [...subjects].filter(([, subject]) => subject.complete);
      await Promise.all(complete.map(([name, subject]) => settle(name, subject)));
    },
    resume() {
      online = true;
      // Whether it listens is found out by one, however often it comes and goes.
      for (const [name, subject] of subjects) if (!subject.sending) resting.set(name, subject);
      tryNext();
    },
    pause() {
      online = false;
      stopRetrying();
      for (const subject of subjects.values()) release(subject);
    },
  };
}

/** What is no answer of the sfu is a failure here, such as of the register: that passes as well. */
const isPassing = (error: unknown): boolean => !(error instanceof ProtocolError) || PASSING.has(error.code);
const troubleOf = (error: unknown): string => (error instanceof ProtocolError ? error.code : String(error));
