import { describe, expect, it } from '@jest/globals';
import { ProtocolError, type ErrorCode } from '@sightline/shared';
import { MediaUnsupportedError } from './mediaEngine.ts';
import { recoveryFor, retryDelayMs } from './recovery.ts';

describe('recovery', () => {
  it.each<[ErrorCode, string]>([
    ['media-unavailable', 'retry'],
    ['unsupported-codec', 'retry'],
    ['unknown-transport', 'new-transport'],
    ['duplicate-producer', 'start-over'],
    ['timeout', 'start-over'],
  ])('after %s is %s', (code, recovery) => {
    expect(recoveryFor(new ProtocolError(code, ''))).toBe(recovery);
  });

  it('after an error of the engine is a new transport, unless the browser cannot do it at all', () => {
    expect(recoveryFor(new Error('closed'))).toBe('new-transport');
    expect(recoveryFor(new MediaUnsupportedError('no encoder'))).toBe('give-up');
  });

  it('comes later each time, at most after 10 s', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map(retryDelayMs)).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000,
    ]);
  });
});
