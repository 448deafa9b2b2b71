import { ProtocolError, type Clock } from '@sightline/shared';
import type { PowerEvent, Unsubscribe } from '../../bridge.ts';
import type { Timeline } from '../local/timeline.ts';
import type { AgentRequester } from '../signaling/connection.ts';
import type { Absence, AbsenceStore } from './absenceStore.ts';

/** More than these are not kept; the oldest go first. */
const MAX_PENDING = 100;

/** These are about the absence itself: it lies in the future by the server's clock, or is one too many. */
const REFUSALS: ReadonlySet<string> = new Set(['bad-payload', 'limit-reached']);

/** Tells of what happens to the machine; the Electron shell has it. */
export type PowerEvents = (listener: (event: PowerEvent) => void) => Unsubscribe;

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
  store: AbsenceStore;
  clock: Clock;
  power: PowerEvents | undefined;
  onError: (error: unknown) => void;
}): Absences {
  const { timeline, store, clock } = deps;
  const begunMs = new Map<Absence['cause'], number>();
  /** In the agent's time. */
  let pending: readonly Absence[] = store.load().map((absence) => moved(absence, aheadOfWallMs()));
  /** Told again on the next connection: a clock may have been wrong. */
  const refused = new Set<Absence>();
  let isConnected = false;
  let isSending = false;

  function aheadOfWallMs(): number {
    return timeline.nowMs() - clock.nowMs();
  }

  function add(absence: Absence): void {
    const overlaps = (other: Absence): boolean =>
      other.cause === absence.cause && other.fromMs <= absence.toMs && absence.fromMs <= other.toMs;
    const same = [...pending.filter(overlaps), absence];
    const joined = {
      cause: absence.cause,
      fromMs: Math.min(...same.map(({ fromMs }) => fromMs)),
      toMs: Math.max(...same.map(({ toMs }) => toMs)),
    };
    keep([...pending.filter((other) => !overlaps(other)), joined].slice(-MAX_PENDING));
    void send();
  }

  /** The server knows how far the wall clock is from its own. */
  const inWallTime = (absence: Absence): Absence => moved(absence, -aheadOfWallMs());

  function keep(absences: readonly Absence[]): void {
    pending = absences;
    store.save(pending.map(inWallTime));
  }

  const nextToTell = (): Absence | undefined => pending.find((absence) => !refused.has(absence));

  /** One that the server refuses, for what it is, must not hold up the others. */
  async function isTaken(absence: Absence): Promise<boolean> {
    try {
      await deps.request('report-absence', inWallTime(absence));
      return true;
    } catch (error) {
      if (!(error instanceof ProtocolError) || !REFUSALS.has(error.code)) throw error;
      deps.onError(error);
      return false;
    }
  }

  async function send(): Promise<void> {
    if (isSending) return;
    isSending = true;
    try {
      for (let next = nextToTell(); next !== undefined && isConnected; next = nextToTell()) {
        const told = next;
        if (await isTaken(told)) keep(pending.filter((absence) => absence !== told));
        else refused.add(told);
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
      refused.clear();
    },
    close() {
      isConnected = false;
      for (const end of unsubscribe) end?.();
    },
  };
}

const moved = ({ cause, fromMs, toMs }: Absence, byMs: number): Absence => ({
  cause,
  fromMs: Math.round(fromMs + byMs),
  toMs: Math.round(toMs + byMs),
});
