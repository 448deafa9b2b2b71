import { describe, expect, it } from '@jest/globals';
import type { PlaybackGrants } from '@sightline/shared';
import { shallowRef } from 'vue';
import { useRecorderChoice, type AskForGrant } from './useRecorderChoice.ts';

const HELD = ['r1', 'r2'];
const answerOf = (recorderId: string): PlaybackGrants => ({
  playlistUrl: `http://127.0.0.1/${recorderId}.m3u8`,
  thumbnailsUrl: `http://127.0.0.1/${recorderId}.vtt`,
  expiresAtMs: 1,
  recorderId,
  elsewhere: HELD.filter((other) => other !== recorderId).map((other) => ({
    recorderId: other,
    recordedMs: 5,
    stretches: [{ fromMs: 0, toMs: 5 }],
    connected: true,
  })),
});

describe('whose media is played', () => {
  it('is that of the recorder that has most, until another one is chosen', async () => {
    const choice = useRecorderChoice(
      () =>
        (recorderId = 'r1') =>
          Promise.resolve(answerOf(recorderId)),
    );
    expect([choice.recorderId.value, choice.elsewhere.value]).toEqual([undefined, []]);
    await choice.grant.value?.();
    expect(choice.recorderId.value).toBe('r1');
    expect(choice.elsewhere.value).toMatchObject([{ recorderId: 'r2' }]);
    choice.choose('r2');
    expect(choice.elsewhere.value).toEqual([]);
    await choice.grant.value?.();
    expect(choice.recorderId.value).toBe('r2');
    expect(choice.elsewhere.value).toMatchObject([{ recorderId: 'r1' }]);
  });

  it('is asked for anew for something else, and a late answer changes nothing', async () => {
    const asked: (string | undefined)[] = [];
    const askFor: AskForGrant = (recorderId) => {
      asked.push(recorderId);
      return Promise.resolve(answerOf(recorderId ?? 'r1'));
    };
    const ask = shallowRef<AskForGrant | undefined>(askFor);
    const choice = useRecorderChoice(() => ask.value);
    choice.choose('r2');
    const late = choice.grant.value?.();
    ask.value = (recorderId) => askFor(recorderId);
    await late;
    expect(choice.recorderId.value).toBeUndefined();
    await choice.grant.value?.();
    expect([asked, choice.recorderId.value]).toEqual([['r2', undefined], 'r1']);
    ask.value = undefined;
    expect(choice.grant.value).toBeUndefined();
  });
});
