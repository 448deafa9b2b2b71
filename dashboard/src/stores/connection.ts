import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { ConnectionState } from '../signaling/viewerConnection.ts';

/** How this page stands to the server. */
export const useConnectionStore = defineStore('connection', () => {
  /** `none`: this account sees no live streams, so that there is nothing to connect for. */
  const state = ref<ConnectionState | { status: 'none' }>({ status: 'none' });
  /** Add to the local clock to get the server's; undefined until measured. */
  const clockOffsetMs = ref<number>();
  return { state, clockOffsetMs };
});
