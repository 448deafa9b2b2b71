import type { MediaElsewhere } from '@sightline/shared';
import type { SessionPart, Summary } from './verifyEvidence.ts';

/** What was found, where what one has not got is not missed if another one has it: the packages of one order together. */
export function together(summaries: readonly Summary[]): Summary[] {
  const parts = summaries.flatMap((summary) => summary.parts);
  return summaries.map((summary) => ({
    ...summary,
    atOthers: summary.atOthers.filter((missed) => !parts.some((part) => hasIt(part, missed))),
  }));
}

const hasIt = (part: SessionPart, missed: MediaElsewhere): boolean =>
  part.recorderId === missed.recorderId &&
  part.sessionId === missed.sessionId &&
  part.fromMs <= missed.fromMs &&
  part.toMs >= missed.toMs;
