import type { TransitionTable } from '@sightline/shared';

/** The life of a run instance, in order: it never goes back. */
export type RunState = 'starting' | 'listening' | 'recording' | 'ending' | 'ended';

/** What moves a run instance on. */
export type RunEvent = 'listens' | 'grows' | 'end' | 'closed';

/** Which event leads where. */
export const RUN_TRANSITIONS: TransitionTable<RunState, RunEvent> = {
  starting: { listens: 'listening', end: 'ending' },
  listening: { grows: 'recording', end: 'ending' },
  recording: { end: 'ending' },
  ending: { closed: 'ended' },
  ended: {},
};
