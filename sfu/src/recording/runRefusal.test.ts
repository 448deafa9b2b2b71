import { expect, it } from '@jest/globals';
import { ProtocolError } from '@sightline/shared';
import { refusalOf } from './runRefusal.ts';

it.each([
  [new ProtocolError('disk-full', ''), 'disk-full'],
  [new ProtocolError('disk-slow', ''), 'disk-slow'],
  [new ProtocolError('overloaded', ''), 'overloaded'],
  [new ProtocolError('media-unavailable', ''), undefined],
  [new Error('disk-full'), undefined],
])('tells a recorder that takes no run from one that failed: %s is %s', (error, refusal) => {
  expect(refusalOf(error)).toBe(refusal);
});
