import type { RecordingAlarm } from '@sightline/shared';
import { defineStore } from 'pinia';
import { useShownList } from './shownList.ts';

const keyOf = ({ sessionId, trackId }: RecordingAlarm): string => `${sessionId}/${trackId}`;

/** Recordings that had to be begun anew or cannot be made, until somebody has seen it. */
export const useAlarmsStore = defineStore('alarms', () => {
  const { items: alarms, show: raise, dismiss } = useShownList(keyOf);
  return { alarms, keyOf, raise, dismiss };
});
