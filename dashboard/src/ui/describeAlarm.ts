import type { RecordingAlarm } from '@sightline/shared';

const SENTENCES: Readonly<Record<string, string>> = {
  'run-stalled': 'stood still and is begun anew. Some seconds may be missing.',
  'run-ffmpeg-exited': 'broke off and is begun anew. Some seconds may be missing.',
  'run-worker-died': 'was interrupted on the server and is begun anew. Some seconds may be missing.',
  'run-recorder-lost': 'is interrupted: the recorder is out of reach.',
  'run-disk-full': 'has stopped: the recorder’s disk is full.',
  'run-overloaded': 'cannot be made: no recorder has capacity left. It is tried again.',
  'unexplained-gap': 'has a gap that nothing explains. Look at its coverage, and into the logs of that time.',
  'run-start-failed': 'could not be started and is tried again. Until then nothing is recorded.',
};

/** Ends a sentence that begins with "The recording of …". What the recorder says in detail is for its log. */
export const describeAlarm = ({ code }: Pick<RecordingAlarm, 'code'>): string =>
  SENTENCES[code] ?? 'failed and is tried again. Some of it may be missing.';
