import type { Finding } from './finding.ts';
import type { Summary } from './verifyEvidence.ts';

/** What is wrong, in a line for each of: where, what. */
export function describeFinding({ file, entry, code, message }: Finding): string {
  const where = entry === undefined ? file : `${file}, entry ${entry}`;
  return `✗ ${where}\n  ${message} (${code})`;
}

/** Whether all that was recorded is here, and could be checked. */
export const isComplete = ({ encrypted, elsewhere, atOthers }: Summary): boolean =>
  encrypted + elsewhere + atOthers.length === 0;

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
  if (deleted > 0) lines.push(`  ${count(deleted, 'segment')} were deleted before, by entries that say so.`);
  if (leftOut > 0)
    lines.push(`  ${count(leftOut, 'segment')} lie outside of what this package was asked for.`);
  if (foreignSeals > 0)
    lines.push(`  ${count(foreignSeals, 'seal')} of other recorders were not checked: give their keys too.`);
  if (!complete)
    lines.push(
      '  Without --seals nobody can see whether whole sessions, or the newest entries of one, were taken away.',
    );
  return lines.join('\n');
}

const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;
