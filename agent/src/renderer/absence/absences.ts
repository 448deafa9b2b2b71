import type { Clock } from '@sightline/shared';
import type { PowerEvent, Unsubscribe } from '../../bridge.ts';
import type { Timeline } from '../local/timeline.ts';
import type { AgentRequester } from '../signaling/connection.ts';

/** More than these are not kept; the oldest go first. */
const MAX_PENDING = 100;

/** Tells of what happens to the machine; the Electron shell has it. */
export type PowerEvents = (listener: (event: PowerEvent) => void) => Unsubscribe;

/** A time in which nothing could be recorded because the machine slept or was locked, in the agent's time. */
interface Absence {
  readonly cause: 'sleep' | 'lock';
  readonly fromMs: number;
  readonly toMs: number;
}

const BEGINS: Partial<Record<PowerEvent['kind'], Absence['cause']>> = {
  suspend: 'sleep',
  'lock-screen': 'lock',
};
const ENDS: Partial<Record<PowerEvent['kind'], Absence['cause']>> = {
  resume: 'sleep',
  'unlock-screen': 'lock',
};

/** Reports to the server when the machine slept or was locked, as soon as the server can be told. */
export interface Absences {
  /** The server can be asked, and knows how far our clock is from its own. */
  connected(): void;
  disconnected(): void;
  close(): void;
}

/** Builds {@link Absences}. `power` is undefined in a plain browser, where only the clocks tell of a sleep. */
export function createAbsences(deps: {
  request: AgentRequester;
  timeline: Timeline;
  clock: Clock;
  power: PowerEvents | undefined;
  onError: (error: unknown) => void;
}): Absences {
  const { timeline, clock } = deps;
  const begunMs = new Map<Absence['cause'], number>();
  let pending: Absence[] = [];
  let isConnected = false;
  let isSending = false;

  const aheadOfWallMs = (): number => timeline.nowMs() - clock.nowMs();

  function add(absence: Absence): void {
    const overlaps = (other: Absence): boolean =>
      other.cause === absence.cause && other.fromMs <= absence.toMs && absence.fromMs <= other.toMs;
    const same = [...pending.filter(overlaps), absence];
    const joined = {
      cause: absence.cause,
      fromMs: Math.min(...same.map(({ fromMs }) => fromMs)),
      toMs: Math.max(...same.map(({ toMs }) => toMs)),
    };
    pending = [...pending.filter((other) => !overlaps(other)), joined].slice(-MAX_PENDING);
    void send();
  }

  /** The server knows how far the wall clock is from its own. */
  function inWallTime({ cause, fromMs, toMs }: Absence): Absence {
    const behindMs = -aheadOfWallMs();
    return { cause, fromMs: Math.round(fromMs + behindMs), toMs: Math.round(toMs + behindMs) };
  }

  async function send(): Promise<void> {
    if (isSending) return;
    isSending = true;
    try {
      for (let [next] = pending; next !== undefined && isConnected; [next] = pending) {
        const told = next;
        await deps.request('report-absence', inWallTime(told));
        pending = pending.filter((absence) => absence !== told);
      }
    } catch (error) {
      if (isConnected) deps.onError(error);
    } finally {
      isSending = false;
    }
  }

  function powerChanged({ kind, atMs }: PowerEvent): void {
    const nowMs = atMs + aheadOfWallMs();
    const begun = BEGINS[kind];
    if (begun !== undefined) begunMs.set(begun, nowMs);
    const cause = ENDS[kind];
    const fromMs = cause === undefined ? undefined : begunMs.get(cause);
    if (cause === undefined || fromMs === undefined) return;
    begunMs.delete(cause);
    if (nowMs > fromMs) add({ cause, fromMs, toMs: nowMs });
  }

  const unsubscribe = [
    timeline.events.on('slept', (slept) => add({ cause: 'sleep', ...slept })),
    deps.power?.(powerChanged),
  ];

  return {
    connected() {
      isConnected = true;
      void send();
    },
    disconnected() {
      isConnected = false;
    },
    close() {
      isConnected = false;
      for (const end of unsubscribe) end?.();
    },
  };
}
