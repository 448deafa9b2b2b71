/** How much room is left, in words: see `recorderStatus`. */
export type DiskState = 'ok' | 'low' | 'clearing' | 'full';

/** Whether room has to be made: until then there is none for what can wait. */
export const isShort = (state: DiskState): boolean => state === 'clearing' || state === 'full';

/** Room on the file system of the data folder, as an unprivileged process sees it. */
export interface DiskSpace {
  freeBytes: number;
  totalBytes: number;
  /** Why nothing can be written at all, such as `EROFS`; null if it can. */
  fault: string | null;
}

/** An amount of room: so many bytes, or a part of the whole from 0 to 1. */
export type DiskAmount = { bytes: number } | { share: number };

/** Below which free room what is done. */
export interface DiskMarks {
  /** It warns. */
  low: DiskAmount;
  /** It removes the oldest. */
  clearing: DiskAmount;
  /** It records no more: what is left is for ending runs and for the tombstones of what is removed. */
  full: DiskAmount;
}

/** A state is left for a better one only with this much more than its mark: otherwise it would flicker. */
const RECOVERY = 1.1;

const UNITS: Readonly<Record<string, number>> = { '': 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** Reads an amount such as `10%`, `500MB` or a number of bytes; undefined if it is none. */
export function parseDiskAmount(text: string): DiskAmount | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?(%|[KMGT]B)?$/.exec(text.trim()) ?? [];
  if (number === undefined) return undefined;
  if (unit === '%') return Number(number) <= 100 ? { share: Number(number) / 100 } : undefined;
  const factor = UNITS[unit];
  return factor === undefined ? undefined : { bytes: Math.round(Number(number) * factor) };
}

/** How many bytes an amount is on a disk of this size. */
const bytesOf = (amount: DiskAmount, totalBytes: number): number =>
  'bytes' in amount ? amount.bytes : Math.round(amount.share * totalBytes);

/** The state of a disk, given the one it was in. */
export function diskStateOf(
  { freeBytes, totalBytes, fault }: DiskSpace,
  marks: DiskMarks,
  before: DiskState,
): DiskState {
  if (fault !== null) return 'full';
  const below = (amount: DiskAmount, factor: number): boolean =>
    freeBytes < Math.round(bytesOf(amount, totalBytes) * factor);
  const stateWith = (factorOf: (state: DiskState) => number): DiskState => {
    if (below(marks.full, factorOf('full'))) return 'full';
    if (below(marks.clearing, factorOf('clearing'))) return 'clearing';
    return below(marks.low, factorOf('low')) ? 'low' : 'ok';
  };
  return stateWith((state) => (severity(before) >= severity(state) ? RECOVERY : 1));
}

/** What has to go so that nothing more has to. */
export function bytesToClear({ freeBytes, totalBytes }: DiskSpace, marks: DiskMarks): number {
  const clearing = bytesOf(marks.clearing, totalBytes);
  const target = Math.max(clearing * RECOVERY, (clearing + bytesOf(marks.low, totalBytes)) / 2);
  return Math.max(0, Math.ceil(target - freeBytes));
}

const ORDER: readonly DiskState[] = ['ok', 'low', 'clearing', 'full'];
const severity = (state: DiskState): number => ORDER.indexOf(state);
