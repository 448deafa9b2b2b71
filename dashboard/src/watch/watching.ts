import { inject, type InjectionKey } from 'vue';
import type { ReceptionMonitor } from '../latency/receptionMonitor.ts';
import type { Watcher } from './watcher.ts';

/** What components need in order to show live streams. */
export interface Watching {
  watcher: Watcher;
  monitor: ReceptionMonitor;
}

/** Under which {@link Watching} is provided to the app. */
export const watchingKey: InjectionKey<Watching> = Symbol('watching');

/** The {@link Watching} of the app. */
export function useWatching(): Watching {
  const watching = inject(watchingKey);
  if (watching === undefined) throw new Error('Live streams need an app that provides `watchingKey`.');
  return watching;
}
