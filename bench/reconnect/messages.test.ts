import { expect, it } from '@jest/globals';
import { messageFate } from './messages.ts';

it.each([
  ['nothing was sent', [], 0, { duplicates: 0, lost: 0 }],
  ['all came once', [1, 2, 3], 3, { duplicates: 0, lost: 0 }],
  ['one came twice', [1, 2, 2, 3], 3, { duplicates: 1, lost: 0 }],
  ['one in the middle is missing', [1, 3], 3, { duplicates: 0, lost: 1 }],
  ['the last two are missing', [1], 3, { duplicates: 0, lost: 2 }],
])('%s', (_what, handled, lastMessage, fate) => {
  expect(messageFate(handled, lastMessage)).toEqual(fate);
});
