import type { IdleAlert } from '@sightline/shared';
import { defineStore } from 'pinia';
import { useShownList } from './shownList.ts';

/** Machines that nobody has touched for too long, until somebody has seen it or the machine is touched. */
export const useIdleAlertsStore = defineStore('idle-alerts', () => {
  const { items: alerts, show, dismiss } = useShownList<IdleAlert>(({ clientId }) => clientId);

  function take(alert: IdleAlert): void {
    if (alert.endedAtMs === null) show(alert);
    else dismiss(alert.clientId);
  }

  return { alerts, take, dismiss };
});
