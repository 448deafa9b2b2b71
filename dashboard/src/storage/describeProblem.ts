import type { StorageProblem } from '@sightline/shared';

/** How a problem of a recorder is headed. */
export interface ProblemHeading {
  title: string;
  /** Nothing is recorded because of it. */
  stopsRecording: boolean;
}

const TITLES: Readonly<Record<string, string>> = {
  'disk-low': 'A recorder’s disk is filling up.',
  'disk-clearing': 'A recorder’s disk is nearly full: the oldest recordings are being deleted.',
  'disk-nothing-to-clear': 'A recorder’s disk is nearly full, and nothing may be deleted.',
  'disk-slow': 'A recorder’s disk is slow: it takes no new recordings.',
  'disk-watch-failed': 'A recorder’s disk cannot be looked after.',
  'load-unknown': 'It is not known how busy a recorder is.',
  'cleanup-failed': 'Recordings could not be deleted.',
  'upload-failed': 'Recordings could not be uploaded to the object store.',
  'store-unreachable': 'The object store cannot be reached.',
  'store-refused': 'The object store refuses recordings.',
  'hold-not-locked':
    'Recordings under a legal hold could not be locked in the object store, or not be unlocked.',
  'checksum-mismatch': 'The object store returned something else than was stored.',
  reconciliation: 'A recorder’s disk is not as it is on record.',
};
const STOPPED: Readonly<Record<string, string>> = {
  'disk-full': 'Recording has stopped: a disk is full.',
  'disk-unwritable': 'Recording has stopped: a disk cannot be written.',
};

/** Heads what a recorder says of its problem. */
export function describeProblem({ code }: Pick<StorageProblem, 'code'>): ProblemHeading {
  const stopped = STOPPED[code];
  if (stopped !== undefined) return { title: stopped, stopsRecording: true };
  return { title: TITLES[code] ?? 'A recorder has a problem.', stopsRecording: false };
}
