import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { ConnectionState } from '../signaling/viewerConnection.ts';

const HALF_SECOND_MS = 500;

/** How this page stands to the server. */
export const useConnectionStore = defineStore('connection', () => {
  /** `none`: this account sees no live streams, so that there is nothing to connect for. */
  const state = ref<ConnectionState | { status: 'none' }>({ status: 'none' });
  /** Add to the local clock to get the server's; undefined until measured. */
  const clockOffsetMs = ref<number>();

  /** Takes a time in whole seconds of the server's clock for what it is worth, until it is measured better. */
  function takeServerTime(serverTimeMs: number, nowMs: number): void {
    clockOffsetMs.value ??= serverTimeMs + HALF_SECOND_MS - nowMs;
  }

  return { state, clockOffsetMs, takeServerTime };
});
