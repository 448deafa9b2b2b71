import { describe, expect, it } from '@jest/globals';
import { ProtocolError } from '@sightline/shared';
import { refusalOf } from './refusal.ts';

describe('a refusal', () => {
  it.each([
    ['a device that is not known', new ProtocolError('unauthorised', 'No.'), 'enrol-again'],
    ['a device that was revoked', new ProtocolError('device-revoked', 'No.'), 'enrol-again'],
    ['a request that makes no sense', new ProtocolError('bad-payload', 'Odd.'), 'try-again'],
    ['a request that may work later', new ProtocolError('timeout', 'Late.'), undefined],
    ['an error without a code', new Error('Odd.'), undefined],
    ['something that is no error', 'odd', undefined],
  ])('of %s', (_what, error, wayOut) => {
    expect(refusalOf(error).wayOut).toBe(wayOut);
  });

  it('of a connection is read from the data of the error', () => {
    const data = { code: 'unsupported-protocol-version', message: 'Update.' };
    expect(refusalOf(Object.assign(new Error('x'), { data }))).toEqual({
      message: 'Update.',
      wayOut: 'try-again',
    });
  });
});
