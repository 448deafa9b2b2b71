import type { ReportedProblems } from '@sightline/shared';
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

/** What is wrong at recorders, as long as it is. */
export const useStorageProblemsStore = defineStore('storage-problems', () => {
  const reported = shallowRef<readonly ReportedProblems[]>([]);
  /** A recorder tells all that is wrong with it; nothing when all is well. */
  function take(now: ReportedProblems): void {
    const others = reported.value.filter(({ recorderId }) => recorderId !== now.recorderId);
    reported.value = now.problems.length === 0 ? others : [...others, now];
  }
  /** Replaces what was known of all recorders. */
  function replaceAll(all: readonly ReportedProblems[]): void {
    reported.value = all.filter(({ problems }) => problems.length > 0);
  }
  return { reported, take, replaceAll };
});
