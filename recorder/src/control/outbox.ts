import { ProtocolError, type Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';

const RETRY_MS = 5_000;
/** These say nothing of the item: it is only that the sfu, or its database, could not take it now. */
const PASSING: ReadonlySet<string> = new Set(['timeout', 'not-connected', 'rate-limited', 'internal']);

/** Tells the sfu of things that are durable, in order per subject, until each has been acknowledged. */
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
}

/** Builds an outbox that is paused. */
export function createOutbox<Item>(deps: {
  /** What an item is, for the log. */
  what: string;
  send: (subject: string, item: Item) => Promise<unknown>;
  /** An item is acknowledged, or refused for good. */
  onSent?: (subject: string, item: Item) => Promise<void>;
  /** Everything of the subject is over and acknowledged. */
  onDone: (subject: string) => Promise<void>;
  clock: Clock;
  logger: Logger;
}): Outbox<Item> {
  const subjects = new Map<string, Subject<Item>>();
  let online = false;

  const open = (name: string): Subject<Item> => {
    const subject = subjects.get(name) ?? { queue: [], sending: false, complete: false, waiting: [] };
    subject.complete = false;
    subjects.set(name, subject);
    return subject;
  };
  const release = (subject: Subject<Item>): void => {
    for (const resolve of subject.waiting.splice(0)) resolve();
  };

  /** Returns whether the item is dealt with. */
  const send = async (name: string, item: Item): Promise<boolean> => {
    try {
      await deps.send(name, item);
      return true;
    } catch (error) {
      const code = error instanceof ProtocolError ? error.code : 'internal';
      const again = PASSING.has(code);
      deps.logger.error({ subject: name, item, err: error, again }, `${deps.what} could not be announced`);
      return !again;
    }
  };

  const pump = async (name: string, subject: Subject<Item>): Promise<void> => {
    if (subject.sending || !online) return;
    subject.sending = true;
    try {
      for (let item = subject.queue[0]; item !== undefined && isOnline(); item = subject.queue[0]) {
        if (!(await send(name, item))) {
          deps.clock.after(RETRY_MS, () => start(name, subject));
          return;
        }
        subject.queue.shift();
        await deps.onSent?.(name, item);
      }
      if (subject.complete && subject.queue.length === 0 && subjects.delete(name)) await deps.onDone(name);
    } finally {
      subject.sending = false;
      if (subject.complete) release(subject);
    }
  };
  const isOnline = (): boolean => online;
  const start = (name: string, subject: Subject<Item>): void => {
    pump(name, subject).catch((error: unknown) => {
      deps.logger.error(
        { subject: name, err: error },
        'the register of what is to be announced is unwritable',
      );
    });
  };
  const settle = (name: string, subject: Subject<Item>): Promise<void> => {
    if (!online) return Promise.resolve();
    return new Promise((resolve) => {
      subject.waiting.push(resolve);
      start(name, subject);
    });
  };

  return {
    expect: (name) => void open(name),
    announce(name, item) {
      const subject = open(name);
      subject.queue.push(item);
      start(name, subject);
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
      for (const [name, subject] of subjects) start(name, subject);
    },
    pause() {
      online = false;
      for (const subject of subjects.values()) release(subject);
    },
  };
}
