import { interval, type Interval } from '@sightline/shared';
import * as z from 'zod';

const intervals = z.array(interval);

/** What was lost of a segment, as its row has it; none where there is no segment. */
export const readHoles = (holes: string | null): Interval[] =>
  holes === null || holes === '[]' ? [] : intervals.parse(JSON.parse(holes));
