import type { RecordingAlarm } from '@sightline/shared';
import { defineStore } from 'pinia';
import { ref } from 'vue';

const MAX_SHOWN = 4;

/** Recordings that had to be begun anew or cannot be made, until somebody has seen it. */
export const useAlarmsStore = defineStore('alarms', () => {
  const alarms = ref<RecordingAlarm[]>([]);

  const keyOf = (alarm: RecordingAlarm): string => `${alarm.sessionId}/${alarm.trackId}`;

  /** Shows an alarm in place of an earlier one of the same track. */
  function raise(alarm: RecordingAlarm): void {
    const others = alarms.value.filter((other) => keyOf(other) !== keyOf(alarm));
    alarms.value = [alarm, ...others].slice(0, MAX_SHOWN);
  }

  function dismiss(alarm: RecordingAlarm): void {
    alarms.value = alarms.value.filter((other) => keyOf(other) !== keyOf(alarm));
  }

  return { alarms, keyOf, raise, dismiss };
});
