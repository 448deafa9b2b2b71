import { TypedEmitter } from '@sightline/shared';
import type { Timeline, TimelineEvents } from './timeline.ts';

/** The agent's time, as a test wants it. */
export class FakeTimeline implements Timeline {
  readonly events = new TypedEmitter<TimelineEvents>((error) => {
    throw error;
  });
  offsetMs = 0;
  isMeasured = true;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs();
  }

  measured({ offsetMs }: { offsetMs: number }): void {
    this.offsetMs = offsetMs;
    this.isMeasured = true;
    this.events.emit('measured', offsetMs);
  }

  close(): void {
    this.events.removeAll();
  }
}
