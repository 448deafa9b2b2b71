import { ProtocolError } from '@sightline/shared';
import { hasCode } from '../store/fileErrors.ts';

/** Whether a write failed because there is no space left, or none for this user. */
export const isDiskFull = (error: unknown): boolean => hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT');

/** Whether that is what ffmpeg complained of. */
export const saysDiskFull = (words: string): boolean =>
  /No space left on device|Disk quota exceeded/.test(words);

/** What the sfu is told if a run cannot begin because nothing can be written. Other errors stay as they are. */
export function toProtocolError(error: unknown): unknown {
  if (isDiskFull(error)) {
    return new ProtocolError('disk-full', 'There is no space left for recordings; make room on the disk.');
  }
  if (['EROFS', 'EIO', 'EACCES'].some((code) => hasCode(error, code)) && error instanceof Error) {
    return new ProtocolError('media-unavailable', `Recordings cannot be written: ${error.message}`);
  }
  return error;
}
