import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import { displayConstraints } from './constraints.ts';
import { createDisplays, type Displays } from './displays.ts';
import { FakeTrack } from './fakeTrack.ts';

const FULL_HD = { width: 1920, height: 1080, displaySurface: 'monitor' };

let tracks: FakeTrack[];
let clock: ReturnType<typeof createManualClock>;
let changes: number;
let displays: Displays;
const asked: DisplayMediaStreamOptions[] = [];

function streamOf(...streamTracks: FakeTrack[]): MediaStream {
  const parts: Partial<MediaStream> = {
    getTracks: () => streamTracks,
    getVideoTracks: () => streamTracks.filter(({ kind }) => kind === 'video'),
    getAudioTracks: () => streamTracks.filter(({ kind }) => kind === 'audio'),
  };
  return Object.assign(new EventTarget(), parts) as MediaStream;
}

function create(getDisplayMedia: () => Promise<MediaStream>): Displays {
  const made = createDisplays({
    media: {
      getDisplayMedia: (options) => {
        asked.push(options);
        return getDisplayMedia();
      },
    },
    clock,
    onListenerError: (error) => {
      throw error;
    },
  });
  made.events.on('changed', () => (changes += 1));
  return made;
}

beforeEach(() => {
  clock = createManualClock();
  tracks = [];
  changes = 0;
  asked.length = 0;
  displays = create(async () => {
    const track = new FakeTrack('video', FULL_HD);
    tracks.push(track);
    return streamOf(track);
  });
});

describe('displays', () => {
  it('captures a display at its own size, for legible text, and reduces a copy of it', async () => {
    const display = await displays.add({ fps: 30, sound: false });

    expect(asked).toEqual([displayConstraints({ fps: 30, sound: false })]);
    expect(display).toMatchObject({ trackId: 'display-1', label: 'Screen 1', audio: undefined });
    expect(display.full.contentHint).toBe('text');
    expect(tracks[0]?.applied).toEqual([]);
    expect(tracks[0]?.clones[0]?.applied).toEqual([{ width: 480, height: 270, frameRate: { max: 10 } }]);
  });

  it('has the small copy follow a change of resolution', async () => {
    await displays.add({ fps: 30, sound: false });
    const [track] = tracks;
    if (track !== undefined) track.settings = { ...FULL_HD, width: 1080, height: 1920 };
    clock.advance(1_000);
    await Promise.resolve();
    expect(track?.clones[0]?.applied.at(-1)).toMatchObject({ width: 480, height: 854 });
  });

  it('never gives a number twice while anything is shared, and begins anew after that', async () => {
    const first = await displays.add({ fps: 30, sound: false });
    await displays.add({ fps: 30, sound: false });
    first.close();
    const third = await displays.add({ fps: 30, sound: false });
    expect(displays.list.map(({ trackId }) => trackId)).toEqual(['display-2', 'display-3']);
    displays.close();
    expect(third.full.readyState).toBe('ended');
    await expect(displays.add({ fps: 30, sound: false })).resolves.toMatchObject({ trackId: 'display-1' });
  });

  it('ends a display when the user ends its capture outside of the page', async () => {
    await displays.add({ fps: 30, sound: false });
    tracks[0]?.endByUser();
    expect(displays.list).toEqual([]);
    expect(tracks[0]?.clones[0]?.readyState).toBe('ended');
    expect(clock.pending).toBe(0);
  });

  it('ends it once, however often it is closed', async () => {
    const display = await displays.add({ fps: 30, sound: false });
    display.close();
    display.close();
    expect(changes).toBe(2);
  });

  it('takes the name of the source where there is one, and its sound where that is wanted', async () => {
    const sound = new FakeTrack('audio');
    const withSound = create(async () => streamOf(new FakeTrack('video', FULL_HD), sound));
    const display = await withSound.add({ fps: 60, sound: true, name: 'Left display' });
    expect(display.label).toBe('Left display');
    expect(display.audio).toBe(sound);
    display.close();
    expect(sound.readyState).toBe('ended');
  });

  it.each([
    ['NotAllowedError', 'denied'],
    ['NotFoundError', 'no-source'],
    ['NotReadableError', 'blocked-by-system'],
    ['InvalidStateError', 'needs-click'],
    ['AbortError', 'failed'],
  ])('says what to do about %s', async (name, code) => {
    const refused = create(jest.fn(() => Promise.reject(new DOMException('no', name))));
    await expect(refused.add({ fps: 30, sound: false })).rejects.toMatchObject({ code });
    expect(refused.list).toEqual([]);
  });

  it('says so where a page cannot capture at all', async () => {
    const none = createDisplays({ media: undefined, clock, onListenerError: () => undefined });
    await expect(none.add({ fps: 30, sound: false })).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('lets go of a stream without a picture', async () => {
    const sound = new FakeTrack('audio');
    const pictureless = create(async () => streamOf(sound));
    await expect(pictureless.add({ fps: 30, sound: true })).rejects.toMatchObject({ code: 'no-source' });
    expect(sound.readyState).toBe('ended');
  });
});
