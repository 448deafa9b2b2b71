import { describe, expect, it } from '@jest/globals';
import { isLocalRequest } from './admission.ts';

describe('requests that are let in without accounts', () => {
  it.each([
    [{ host: '127.0.0.1:3000' }],
    [{ host: 'localhost:3000', origin: 'http://localhost:3000' }],
    [{ host: '[::1]:3000', origin: 'http://[::1]:3000' }],
  ])('%j: from this machine, by our own page or by none', (headers) => {
    expect(isLocalRequest(headers)).toBe(true);
  });

  it.each([
    [{ host: '127.0.0.1:3000', origin: 'https://example.org' }],
    [{ host: '127.0.0.1:3000', origin: 'http://127.0.0.1:9999' }],
    [{ host: 'localhost:3000', origin: 'null' }],
    [{ host: 'rebound.example.org:3000', origin: 'http://rebound.example.org:3000' }],
    [{ host: '127.0.0.1.example.org' }],
    [{}],
  ])('%j: not a foreign page, nor a foreign name for this machine', (headers) => {
    expect(isLocalRequest(headers)).toBe(false);
  });
});
