import { expect, it } from '@jest/globals';
import { isRecentEnough } from './service-node.mjs';

it.each([
  ['20.20.2', false],
  ['24.10.9', false],
  ['24.11.0', true],
  ['24.21.0', true],
  ['26.0.0', true],
])('Node %s will do: %s', (version, expected) => {
  expect(isRecentEnough(version)).toBe(expected);
});
