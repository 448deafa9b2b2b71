import { expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import { createIceRecovery } from './iceRecovery.ts';

it('restarts at once and every 3 s for as long as the transport is broken', () => {
  const clock = createManualClock();
  let restarts = 0;
  const recovery = createIceRecovery({
    clock,
    restart: async () => {
      restarts += 1;
    },
    onFailure: () => undefined,
  });
  recovery.stateChanged('connected');
  recovery.stateChanged('broken');
  recovery.stateChanged('broken');
  expect(restarts).toBe(1);
  clock.advance(6_000);
  expect(restarts).toBe(3);
  recovery.stateChanged('connecting');
  recovery.stateChanged('connected');
  clock.advance(6_000);
  expect(restarts).toBe(3);
  recovery.stateChanged('broken');
  recovery.close();
  expect(clock.pending).toBe(0);
});

it('tells of a restart that failed, unless closed meanwhile', async () => {
  const errors: unknown[] = [];
  const recovery = createIceRecovery({
    clock: createManualClock(),
    restart: async () => Promise.reject(new Error('gone')),
    onFailure: (error) => errors.push(error),
  });
  recovery.stateChanged('broken');
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(errors).toHaveLength(1);
  recovery.close();
});
