import { describe, expect, it } from '@jest/globals';
import { ProtocolError } from '@sightline/shared';
import { refusalOf } from './refusal.ts';

describe('a refusal', () => {
  it.each([
    ['a request that another try would not change', new ProtocolError('unauthorised', 'Log in.'), true],
    ['a request that may work later', new ProtocolError('timeout', 'Late.'), false],
    ['an error without a code', new Error('Odd.'), false],
    ['something that is no error', 'odd', false],
  ])('of %s', (_what, error, final) => {
    expect(refusalOf(error).final).toBe(final);
  });

  it('of a connection is read from the data of the error', () => {
    const data = { code: 'unsupported-protocol-version', message: 'Update.' };
    expect(refusalOf(Object.assign(new Error('x'), { data }))).toEqual({ message: 'Update.', final: true });
  });
});
