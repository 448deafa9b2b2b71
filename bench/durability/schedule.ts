import { oneOf, seededRandom } from '@sightline/e2e/harness/random.ts';

/** What can be killed. */
export type Victim = 'ffmpeg' | 'recorder' | 'sfu';

/** One kill of a schedule. */
export interface Kill {
  victim: Victim;
  /** Whose ffmpeg dies; of the other victims all streams suffer. */
  stream: number;
  /** So long after everything that it hits is being recorded. */
  afterMs: number;
}

/** Of ten kills. */
const VICTIMS: readonly Victim[] = [...Array<Victim>(6).fill('ffmpeg'), 'recorder', 'recorder', 'sfu', 'sfu'];
const MAX_AFTER_MS = 3_000;

/** Draws a schedule. */
export function planKills({
  kills,
  seed,
  streams,
}: {
  kills: number;
  seed: number;
  streams: number;
}): Kill[] {
  const random = seededRandom(seed);
  return Array.from({ length: kills }, () => ({
    victim: oneOf(random, VICTIMS) ?? 'ffmpeg',
    stream: Math.floor(random() * streams),
    afterMs: Math.floor(random() * MAX_AFTER_MS),
  }));
}

/** The streams that a kill hits. */
export const hitBy = ({ victim, stream }: Kill, streams: number): number[] =>
  victim === 'ffmpeg' ? [stream] : Array.from({ length: streams }, (_, each) => each);
