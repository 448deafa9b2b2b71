import type { Me } from '@sightline/shared';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { mayAnywhere, type PagePermission } from '../session/permissions.ts';

/** Who is signed in. */
export const useSessionStore = defineStore('session', () => {
  const me = shallowRef<Me>();
  /** Why it is not known who is signed in; undefined once it is. */
  const trouble = ref<string>();
  const grants = computed(() => me.value?.grants ?? []);
  const can = (permission: PagePermission): boolean => mayAnywhere(grants.value, permission);
  return { me, trouble, grants, can };
});
