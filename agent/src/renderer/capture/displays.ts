import { TypedEmitter, type Clock, type ListenerErrorHandler } from '@sightline/shared';
import { CaptureError, captureErrorOf } from './captureError.ts';
import { displayConstraints } from './constraints.ts';
import type { Display } from './display.ts';
import { createSmallCopy } from './smallCopy.ts';

/** The part of `navigator.mediaDevices` that is used. */
export interface DisplayMedia {
  getDisplayMedia(options: DisplayMediaStreamOptions): Promise<MediaStream>;
}

/** What {@link Displays} tell. */
export type DisplaysEvents = {
  changed: [readonly Display[]];
};

/** The displays that are captured now. */
export interface Displays {
  readonly events: TypedEmitter<DisplaysEvents>;
  readonly list: readonly Display[];
  /**
   * Has the user choose a display and captures it.
   *
   * @param name what to call it; without one it is called by its kind and number.
   * @throws {CaptureError} when there is nothing to capture or it is not allowed.
   */
  add(options: { fps: number; sound: boolean; name?: string }): Promise<Display>;
  /** Ends all captures. May be called again. */
  close(): void;
}

/** What {@link Displays} are made from. */
export interface DisplaysDeps {
  /** Undefined where the page may not capture at all. */
  media: DisplayMedia | undefined;
  clock: Clock;
  onListenerError: ListenerErrorHandler;
}

const KIND_NAMES: Record<string, string> = { monitor: 'Screen', window: 'Window', browser: 'Tab' };

/** Builds {@link Displays}, empty. */
export function createDisplays({ media, clock, onListenerError }: DisplaysDeps): Displays {
  const events = new TypedEmitter<DisplaysEvents>(onListenerError);
  const displays = new Map<string, Display>();
  let lastNumber = 0;

  function list(): Display[] {
    return [...displays.values()];
  }

  /** Numbers are not used again while anything is shared: a track's id names one display in its session. */
  function nextNumber(): number {
    if (displays.size === 0) lastNumber = 0;
    lastNumber += 1;
    return lastNumber;
  }

  async function capture(options: { fps: number; sound: boolean }): Promise<MediaStream> {
    if (media === undefined) {
      throw new CaptureError(
        'unsupported',
        'This page cannot capture screens. Open it over HTTPS or on this machine itself, in a current desktop browser.',
      );
    }
    try {
      return await media.getDisplayMedia(displayConstraints(options));
    } catch (error) {
      throw captureErrorOf(error);
    }
  }

  async function open(stream: MediaStream, name: string | undefined): Promise<Display> {
    const [full] = stream.getVideoTracks();
    const [audio] = stream.getAudioTracks();
    if (full === undefined)
      throw new CaptureError('no-source', 'What was chosen has no picture. Choose a screen.');
    full.contentHint = 'text';
    const small = await createSmallCopy({
      original: full,
      clock,
      onError: (error) => onListenerError(error, 'small-copy'),
    });
    if (full.readyState === 'ended') {
      small.close();
      throw new CaptureError('no-source', 'The screen went away while it was being shared. Choose it again.');
    }
    const number = nextNumber();
    const trackId = `display-${number}`;
    const kind = KIND_NAMES[full.getSettings().displaySurface ?? 'monitor'] ?? 'Screen';
    const display: Display = {
      trackId,
      label: (name ?? `${kind} ${number}`).slice(0, 128),
      full,
      small: small.track,
      audio,
      close() {
        if (!displays.delete(trackId)) return;
        full.stop();
        small.close();
        audio?.stop();
        events.emit('changed', list());
      },
    };
    // Told only of an end that is not ours: the user's, or a display that was unplugged.
    full.addEventListener('ended', () => display.close());
    displays.set(trackId, display);
    events.emit('changed', list());
    return display;
  }

  return {
    events,
    get list() {
      return list();
    },
    async add({ name, ...options }) {
      const stream = await capture(options);
      try {
        return await open(stream, name);
      } catch (error) {
        for (const track of stream.getTracks()) track.stop();
        throw error;
      }
    },
    close() {
      for (const display of list()) display.close();
    },
  };
}
