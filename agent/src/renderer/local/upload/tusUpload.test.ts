import { expect, it } from '@jest/globals';
import { DetailedError } from 'tus-js-client';
import { NoRoomThere, failureOf } from './tusUpload.ts';

const answered = (status: number, retryAfter?: string): Error =>
  Object.assign(new DetailedError('tus'), {
    originalResponse: {
      getStatus: () => status,
      getHeader: (name: string) => (name === 'Retry-After' ? retryAfter : undefined),
      getBody: () => '',
      getUnderlyingObject: () => undefined,
    },
  });

it.each([
  ['90', 90_000],
  ['0', 10_000],
  ['1000000', 600_000],
  ['Sun, 01 Mar 2026 12:00:00 GMT', 60_000],
  [undefined, 60_000],
])('an upload for which the server has no room waits: %p is %d ms', (retryAfter, retryAfterMs) => {
  const failure = failureOf(answered(507, retryAfter));
  expect(failure).toBeInstanceOf(NoRoomThere);
  expect(failure).toMatchObject({ retryAfterMs });
});

it('other failures are what they are', () => {
  for (const failure of [answered(503, '90'), new DetailedError('no answer'), new Error('interrupted')])
    expect(failureOf(failure)).toBe(failure);
});
