import type { CloseReason } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { MediaObject } from './types.ts';

/** The closing half of a {@link MediaObject}, and the way for its parent to end it. */
export interface Closing extends Omit<MediaObject, 'id'> {
  /** The engine ended it, for this reason. May be called again. */
  ended(reason: CloseReason): void;
}

/**
 * Gives an object of the engine its one end. `release` is called when the end is our own decision; a listener
 * that throws is logged and does not keep the others from hearing.
 */
export function createClosing(logger: Logger, release: () => void): Closing {
  const listeners: ((reason: CloseReason | undefined) => void)[] = [];
  let closed = false;
  const finish = (reason: CloseReason | undefined): void => {
    closed = true;
    for (const listener of listeners.splice(0)) {
      try {
        listener(reason);
      } catch (error) {
        logger.error({ err: error, code: 'close-listener-failed' }, 'a close listener threw');
      }
    }
  };
  return {
    get closed() {
      return closed;
    },
    close() {
      if (closed) return;
      closed = true;
      release();
      finish(undefined);
    },
    ended(reason) {
      if (!closed) finish(reason);
    },
    onClosed: (listener) => {
      listeners.push(listener);
    },
  };
}

/** What an object of the engine has beside its end. */
export type Own<Whole extends MediaObject> = Omit<Whole, keyof MediaObject>;

/** Makes `own` a {@link MediaObject}, with this id and this end. */
export function withClosing<Own extends object>(
  id: string,
  closing: Omit<Closing, 'ended'>,
  own: Own,
): Own & MediaObject {
  const { close, onClosed } = closing;
  const object = Object.assign(own, { id, closed: false, close, onClosed });
  return Object.defineProperty(object, 'closed', { get: () => closing.closed });
}
