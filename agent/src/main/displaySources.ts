import type { DesktopCapturerSource, SourcesOptions, Streams } from 'electron';
import type { DisplaySource } from '../bridge.ts';
import type { OwnPage } from './ownPage.ts';

const THUMBNAIL_SIZE = { width: 320, height: 180 };

/** The part of a source of Electron's desktopCapturer that is used. */
type CapturedSource = Pick<DesktopCapturerSource, 'id' | 'name'> & {
  thumbnail: { toDataURL(): string };
};

/** What a page asks for with `getDisplayMedia`. */
interface CaptureRequest {
  frame: { url: string } | null;
  audioRequested: boolean;
}

/** Offers what can be captured, and answers `getDisplayMedia` with what was chosen. */
export interface DisplaySources {
  list(): Promise<DisplaySource[]>;
  /** @throws {Error} if the source was not in the last list. */
  choose(id: string): void;
  /** Answers a page's request with the choice, which then is used up; without one, or to others, refuses. */
  answer(request: CaptureRequest, callback: (streams: Streams | null) => void): void;
}

/** Builds {@link DisplaySources} over Electron's desktopCapturer. */
export function createDisplaySources(deps: {
  capturer: { getSources(options: SourcesOptions): Promise<CapturedSource[]> };
  page: OwnPage;
  platform: NodeJS.Platform;
}): DisplaySources {
  let offered: CapturedSource[] = [];
  let chosen: CapturedSource | undefined;

  return {
    async list() {
      offered = await deps.capturer.getSources({
        types: ['screen', 'window'],
        thumbnailSize: THUMBNAIL_SIZE,
      });
      return offered.map(({ id, name, thumbnail }) => ({
        id,
        name,
        kind: id.startsWith('screen:') ? 'screen' : 'window',
        thumbnailUrl: thumbnail.toDataURL(),
      }));
    },
    choose(id) {
      chosen = offered.find((source) => source.id === id);
      if (chosen === undefined) throw new Error('That screen is not there any more. Choose another one.');
    },
    answer({ frame, audioRequested }, callback) {
      const video = chosen;
      chosen = undefined;
      if (video === undefined || frame === null || !deps.page.includes(frame.url)) {
        callback(null);
        return;
      }
      // The only platform on which Electron can capture what the machine plays.
      const audio = audioRequested && deps.platform === 'win32';
      callback({ video: { id: video.id, name: video.name }, ...(audio ? { audio: 'loopback' } : {}) });
    },
  };
}
