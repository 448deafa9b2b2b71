import type { Finding } from './finding.ts';
import { isSealedSince, type Unlogged } from './logCoverage.ts';
import type { Summary } from './verifyEvidence.ts';

/** What is wrong, in a line for each of: where, what. */
export function describeFinding({ file, entry, code, message }: Finding): string {
  const where = entry === undefined ? file : `${file}, entry ${entry}`;
  return `✗ ${where}\n  ${message} (${code})`;
}

/** Whether all that was recorded is here, could be checked, and is in the logs of seals that were given. */
export const isComplete = ({ encrypted, elsewhere, atOthers, unlogged }: Summary): boolean =>
  encrypted + elsewhere + atOthers.length === 0 && unlogged.every(isSealedSince);

/** What was found whole, and what could not be looked at. @param complete whether logs of seals were given */
export function describeSummary(summary: Summary, complete: boolean): string {
  const { sessions, entries, seals, segments, bytes, deleted, leftOut, encrypted, elsewhere, foreignSeals } =
    summary;
  const lines = [
    `${isComplete(summary) ? '✓ Everything' : '? It is incomplete, but what could be checked'} is whole: ${count(sessions, 'session')}, ${count(segments, 'segment')} (${bytes} bytes), ${count(entries, 'entry', 'entries')} under ${count(seals, 'seal')}.`,
  ];
  if (encrypted > 0)
    lines.push(
      `  ${count(encrypted, 'segment')} could not be checked, for they are encrypted: give --encryption-key, with all keys.`,
    );
  if (elsewhere > 0)
    lines.push(
      `  ${count(elsewhere, 'segment')} could not be checked, for they are in an object store: verify a copy of the bucket.`,
    );
  for (const { recorderId, sessionId, trackId, fromMs, toMs } of summary.atOthers) {
    lines.push(
      `  Not here: ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()} of ${trackId} of session ${sessionId}. Recorder ${recorderId} has it: verify its package of the same order together with this one.`,
    );
  }
  lines.push(...describeUnlogged(summary.unlogged));
  if (deleted > 0) lines.push(`  ${count(deleted, 'segment')} were deleted before, by entries that say so.`);
  if (leftOut > 0)
    lines.push(`  ${count(leftOut, 'segment')} lie outside of what this package was asked for.`);
  if (foreignSeals > 0)
    lines.push(`  ${count(foreignSeals, 'seal')} of other recorders were not checked: give their keys too.`);
  if (!complete)
    lines.push(
      '  Without --seals nobody can see whether whole sessions, or the newest entries of one, were taken away, or were made up with a key that was given.',
    );
  return lines.join('\n');
}

const WHY_UNLOGGED: Readonly<Record<Unlogged['because'], string>> = {
  'no-log': 'no log of its company was given',
  'log-older': 'the log ends before it began, so give a newer copy',
  'not-reported':
    'the log goes on after it. Either its recorder has not been able to report it yet, so give a newer copy later, or somebody who has this recorder’s key has made it up',
};

/** The first of each kind that are named; more would hide the rest. */
const MAX_NAMED = 20;

function describeUnlogged(unlogged: readonly Unlogged[]): string[] {
  const since = unlogged.filter(isSealedSince);
  const unproven = unlogged.filter((one) => !isSealedSince(one));
  const lines = unproven
    .slice(0, MAX_NAMED)
    .map(
      ({ sessionId, recorderId, companyId, whole, because }) =>
        `  Not in the log: ${whole ? 'session' : 'the newest entries of session'} ${sessionId} of company ${companyId}, by recorder ${recorderId}; ${WHY_UNLOGGED[because]}.`,
    );
  if (unproven.length > 0)
    lines.push(
      `  ${count(unproven.length, 'session')} not in the log, as a whole or in part: for these stands the recorder’s key, and nothing else.`,
    );
  if (since.length > 0)
    lines.push(
      `  ${count(since.length, 'session')} went on after the log was exported: a newer copy shows whether the newest entries are in it.`,
    );
  return lines;
}

const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;
