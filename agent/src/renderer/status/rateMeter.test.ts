import { expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import { fakeStream } from '../publish/fakeMedia.ts';
import { createRateMeter, type RatesByStream } from './rateMeter.ts';

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

it('measures every stream once a second, each against its own last sample', async () => {
  const clock = createManualClock();
  let rates: RatesByStream = new Map();
  const outbound = () => ({ type: 'outbound-rtp', timestamp: clock.nowMs(), bytesSent: clock.nowMs() * 2 });
  const stream = fakeStream('p1', async () => new Map([['o', outbound()]]));
  const published = [{ trackId: 'display-1', source: 'full', stream }] as const;
  const meter = createRateMeter({
    clock,
    streams: () => published,
    onRates: (now) => (rates = now),
    onError: (error) => {
      throw error;
    },
  });
  clock.advance(1_000);
  await settle();
  clock.advance(1_000);
  await settle();
  expect(rates.get('display-1/full')).toMatchObject({ bitrateBps: 16_000 });
  meter.close();
  expect(clock.pending).toBe(0);
});

it('tells of statistics that fail, but not of a stream that was closed meanwhile', async () => {
  const clock = createManualClock();
  const errors: unknown[] = [];
  const failing = {
    trackId: 'display-1',
    source: 'full',
    stream: fakeStream('p1', async () => Promise.reject(new Error('closed'))),
  } as const;
  let streams = [failing];
  createRateMeter({
    clock,
    streams: () => streams,
    onRates: () => undefined,
    onError: (error) => errors.push(error),
  });
  clock.advance(1_000);
  streams = [];
  await settle();
  expect(errors).toEqual([]);
  streams = [failing];
  clock.advance(1_000);
  await settle();
  expect(errors).toHaveLength(1);
});
