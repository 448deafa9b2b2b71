import type { HoldTarget } from '@sightline/shared';
import { formatDateTime } from '../ui/format.ts';

/** Says from when to when a hold holds. */
export function describeHoldTimes(target: HoldTarget): string {
  if (target.kind === 'session') return 'As a whole';
  const { fromMs, toMs } = target;
  if (fromMs === null) return toMs === null ? 'At any time' : `Until ${formatDateTime(toMs)}`;
  return toMs === null
    ? `From ${formatDateTime(fromMs)} on`
    : `${formatDateTime(fromMs)} – ${formatDateTime(toMs)}`;
}
