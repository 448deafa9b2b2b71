import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { proves } from './checksums.ts';

const PART_BYTES = 4;
const content = Buffer.from('ten bytes!');
const digest = (algorithm: string, ...parts: (string | Buffer)[]): Buffer =>
  createHash(algorithm)
    .update(Buffer.concat(parts.map((part) => Buffer.from(part))))
    .digest();
const inParts = (algorithm: string): Buffer =>
  digest(algorithm, ...['ten ', 'byte', 's!'].map((part) => digest(algorithm, part)));
const told = (what: Parameters<typeof proves>[0]): boolean | undefined =>
  proves({ ContentLength: content.length, ...what }, content, PART_BYTES);

describe('what a store tells of an object', () => {
  it('proves it by SHA-256, of the whole or of the parts', () => {
    expect(told({ ChecksumSHA256: digest('sha256', content).toString('base64') })).toBe(true);
    expect(told({ ChecksumSHA256: `${inParts('sha256').toString('base64')}-3` })).toBe(true);
    expect(told({ ChecksumSHA256: digest('sha256', 'other').toString('base64') })).toBe(false);
  });

  it('proves it by MD5, if that is all there is', () => {
    expect(told({ ETag: `"${digest('md5', content).toString('hex')}"` })).toBe(true);
    expect(told({ ETag: `"${inParts('md5').toString('hex')}-3"` })).toBe(true);
    expect(told({ ETag: `"${digest('md5', 'other').toString('hex')}"` })).toBe(false);
    const wrong = { ETag: `"${digest('md5', 'other').toString('hex')}"` };
    const right = { ChecksumSHA256: digest('sha256', content).toString('base64') };
    expect(told({ ...wrong, ...right })).toBe(true);
  });

  it('proves nothing if it is no digest of the content', () => {
    const tag = { ETag: `"${digest('md5', 'other').toString('hex')}"` };
    expect(told({})).toBeUndefined();
    expect(told({ ETag: '"opaque"' })).toBeUndefined();
    expect(told({ ...tag, ServerSideEncryption: 'aws:kms' })).toBeUndefined();
    expect(told({ ...tag, SSECustomerAlgorithm: 'AES256' })).toBeUndefined();
  });

  it('is wrong if the size is', () => {
    expect(told({ ContentLength: 9, ChecksumSHA256: digest('sha256', content).toString('base64') })).toBe(
      false,
    );
  });
});
