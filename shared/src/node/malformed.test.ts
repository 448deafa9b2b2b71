import { Duplex } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { refuseMalformed } from './malformed.ts';

/** A connection, and what was written to it. */
function createWire(): { wire: Duplex; written: () => string } {
  let written = '';
  const wire = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString();
      done();
    },
  });
  return { wire, written: () => written };
}

const errorOf = (code: string): Error => Object.assign(new Error('no HTTP'), { code });

describe('what is no HTTP', () => {
  it.each([
    ['HPE_INVALID_METHOD', 400, 'bad-request'],
    ['HPE_HEADER_OVERFLOW', 431, 'headers-too-large'],
    ['ERR_HTTP_REQUEST_TIMEOUT', 408, 'request-timeout'],
  ])('%s is answered with a problem, and its connection closed', async (reason, status, code) => {
    const { wire, written } = createWire();
    const closed = new Promise((resolve) => wire.once('close', resolve));
    refuseMalformed(errorOf(reason), wire);
    await closed;
    const [head, body] = written().split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(head).toContain('application/problem+json');
    expect(head).toContain(`Content-Length: ${body?.length}\r\n`);
    expect(JSON.parse(body ?? '')).toMatchObject({ status, code });
  });

  it('is not answered when nobody is there to read it', () => {
    const { wire, written } = createWire();
    refuseMalformed(errorOf('ECONNRESET'), wire);
    expect([wire.destroyed, written()]).toEqual([true, '']);
  });
});
