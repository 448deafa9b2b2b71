import { beforeEach, describe, expect, it } from '@jest/globals';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import type { Display } from '../capture/display.ts';
import { fakeDisplay } from '../publish/fakeMedia.ts';
import { FakeTimeline } from './fakeTimeline.ts';
import type { LocalMedia, RecordingHandlers, Times } from './localMedia.ts';
import { createLocalRecorder, type LocalRecorder, type SharingSituation } from './localRecorder.ts';

/** Remembers what is being recorded. */
class FakeLocalMedia implements LocalMedia {
  readonly running = new Map<string, RecordingHandlers>();
  forgotten = 0;
  readonly begun: { of: string; times: Times }[] = [];

  record(
    { sessionId, trackId }: { sessionId: string; trackId: string },
    times: Times,
    handlers: RecordingHandlers,
  ): () => void {
    const of = `${sessionId}/${trackId}`;
    this.begun.push({ of, times });
    this.running.set(of, handlers);
    return () => {
      if (this.running.get(of) !== handlers) return;
      this.running.delete(of);
      handlers.ended();
    };
  }

  recordSent(
    { sessionId, trackId }: { sessionId: string; trackId: string },
    times: Times,
    { ended }: RecordingHandlers,
  ): void {
    this.begun.push({ of: `sent of ${sessionId}/${trackId}`, times });
    ended();
  }

  forgetSent(): void {
    this.forgotten += 1;
  }
}

const [one, two] = [fakeDisplay('display-1'), fakeDisplay('display-2')];
let clock: ManualClock;
let media: FakeLocalMedia;
let timeline: FakeTimeline;
let recorder: LocalRecorder;
let situation: SharingSituation;

function update(part: Partial<SharingSituation>): void {
  situation = { ...situation, ...part };
  recorder.update(situation);
}

const streamed = (...displays: Display[]): Partial<SharingSituation> => ({
  streamed: new Set(displays.map(({ trackId }) => trackId)),
});
const recorded = (): string[] => [...media.running.keys()];

beforeEach(() => {
  clock = createManualClock();
  media = new FakeLocalMedia();
  timeline = new FakeTimeline(clock.nowMs);
  recorder = createLocalRecorder({
    media,
    timeline,
    clock,
    pageMs: () => clock.nowMs() - 100,
    onListenerError: (error) => {
      throw error;
    },
  });
  situation = { displays: [], sessionId: undefined, mayRecord: true, streamed: new Set() };
});

describe('what was sent lately', () => {
  const begun = (): string[] => media.begun.map(({ of }) => of);

  it('is recorded when the server misses something of it, and the user wants to be seen', () => {
    let ended = 0;
    recorder.events.on('ended', () => (ended += 1));
    recorder.recordSent('display-1');
    update({ displays: [one], sessionId: 's1', ...streamed(one) });
    recorder.recordSent('display-1');
    recorder.recordSent('display-2');
    expect([begun(), ended, recorder.isRecording]).toEqual([['sent of s1/display-1'], 1, false]);
    update({ mayRecord: false });
    recorder.recordSent('display-1');
    expect(begun()).toHaveLength(1);
  });

  it('is no recording of its own while the display is recorded here, for that begins with it', () => {
    update({ displays: [one], sessionId: 's1', ...streamed(one) });
    update(streamed());
    recorder.recordSent('display-1');
    expect(begun()).toEqual(['s1/display-1']);
  });
});

describe('recording on this computer', () => {
  it('begins at once when what was sent does not arrive any more, and overlaps with what is sent again', () => {
    update({ displays: [one, two], sessionId: 's1', ...streamed(one, two) });
    expect(recorded()).toEqual([]);
    update(streamed());
    expect(recorded()).toEqual(['s1/display-1', 's1/display-2']);
    update(streamed(two));
    clock.advance(9_000);
    expect(recorded()).toEqual(['s1/display-1', 's1/display-2']);
    clock.advance(1_000);
    expect(recorded()).toEqual(['s1/display-1']);
  });

  it('brings nothing that was sent unrecorded, in another session, or before time jumped', () => {
    update({ displays: [one], mayRecord: false });
    media.forgotten = 0;
    update({ mayRecord: true });
    expect(media.forgotten).toBe(1);
    update({ sessionId: 's1', ...streamed(one) });
    update(streamed());
    expect(media.forgotten).toBe(2);
    recorder.timeJumped();
    expect(media.forgotten).toBe(3);
  });

  it('goes on when it is lost again meanwhile', () => {
    update({ displays: [one], sessionId: 's1', ...streamed(one) });
    update(streamed());
    update(streamed(one));
    clock.advance(5_000);
    update(streamed());
    clock.advance(60_000);
    expect(recorded()).toEqual(['s1/display-1']);
    expect(media.begun).toHaveLength(1);
  });

  it('gives a display time to be sent for the first time', () => {
    update({ displays: [one], sessionId: 's1' });
    clock.advance(4_000);
    update(streamed(one));
    clock.advance(10_000);
    expect(media.begun).toEqual([]);
    update({ displays: [one, two] });
    clock.advance(5_000);
    expect(recorded()).toEqual(['s1/display-2']);
  });

  it('ends at once when the user pauses or stops sharing, and never begins then', () => {
    update({ displays: [one, two], sessionId: 's1', ...streamed(one, two) });
    update(streamed());
    update({ displays: [two] });
    expect(recorded()).toEqual(['s1/display-2']);
    update({ mayRecord: false });
    expect(recorded()).toEqual([]);
    clock.advance(60_000);
    expect(media.begun).toHaveLength(2);
    expect(recorder.isRecording).toBe(false);
  });

  it('belongs to the session that was lost until there is another one', () => {
    update({ displays: [one], sessionId: 's1', ...streamed(one) });
    update(streamed());
    update({ sessionId: undefined });
    expect(recorded()).toEqual(['s1/display-1']);
    update({ sessionId: 's2' });
    expect(recorded()).toEqual(['s2/display-1']);
  });

  it('begins anew when time has jumped, with what is known of time then', () => {
    update({ displays: [one], sessionId: 's1', ...streamed(one) });
    update(streamed());
    timeline.offsetMs = 7;
    recorder.timeJumped();
    expect(recorded()).toEqual(['s1/display-1']);
    expect(media.begun.map(({ times }) => times)).toEqual([
      { agentAheadMs: 100, clockOffsetMs: 0 },
      { agentAheadMs: 100, clockOffsetMs: 7 },
    ]);
  });

  it('says why it failed, and tries again later', () => {
    const problems: unknown[] = [];
    recorder.events.on('problem', (problem) => problems.push(problem));
    update({ displays: [one], sessionId: 's1', ...streamed(one) });
    update(streamed());
    const [handlers] = media.running.values();
    handlers?.failed({ isFull: true, message: 'There is no room left.' });
    expect(recorder.isRecording).toBe(false);
    update({});
    expect(media.begun).toHaveLength(1);
    clock.advance(30_000);
    expect(media.begun).toHaveLength(2);
    expect(problems).toEqual(['There is no room left.']);
  });
});
