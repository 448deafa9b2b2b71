/** A thumbnail within a sprite, and from when to when of the media's time it stands for. */
export interface Thumbnail {
  startSeconds: number;
  endSeconds: number;
  url: string;
  /** Where it lies within the sprite, in pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
}

const TIMES = /^(?:(\d+):)?(\d\d):(\d\d\.\d{3}) --> (?:(\d+):)?(\d\d):(\d\d\.\d{3})/;
const REGION = /^(.*)#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/;

const secondsOf = (hours = '0', minutes = '0', seconds = '0'): number =>
  Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);

/**
 * Reads the cues of a WebVTT file that names regions of sprites (Media Fragments URI, section 4.2.2); what is not
 * such a cue is left out.
 *
 * @param baseUrl what relative addresses in it are relative to.
 */
export function parseThumbnails(text: string, baseUrl: string): Thumbnail[] {
  const lines = text.split(/\r?\n/);
  return lines.flatMap((line, at) => {
    const times = TIMES.exec(line);
    const region = REGION.exec(lines[at + 1] ?? '');
    if (times === null || region === null) return [];
    const [x = 0, y = 0, width = 0, height = 0] = region.slice(2).map(Number);
    return {
      startSeconds: secondsOf(times[1], times[2], times[3]),
      endSeconds: secondsOf(times[4], times[5], times[6]),
      url: new URL(region[1] ?? '', baseUrl).href,
      x,
      y,
      width,
      height,
    };
  });
}

/** The thumbnail at a position in the media. */
export const thumbnailAt = (
  thumbnails: readonly Thumbnail[],
  positionSeconds: number,
): Thumbnail | undefined =>
  thumbnails.find(
    ({ startSeconds, endSeconds }) => startSeconds <= positionSeconds && positionSeconds < endSeconds,
  );
