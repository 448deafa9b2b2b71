import { describe, expect, it } from '@jest/globals';
import { ownPage } from './ownPage.ts';

describe('our own page', () => {
  it('is the agent’s page of the server that the environment names', () => {
    expect(ownPage({}).url).toBe('http://127.0.0.1:3000/agent/');
    expect(ownPage({ SIGHTLINE_URL: 'https://sight.example/somewhere' }).url).toBe(
      'https://sight.example/agent/',
    );
  });

  it.each(['sight.example', 'file:///etc/passwd', ''])('cannot be at "%s"', (value) => {
    expect(() => ownPage({ SIGHTLINE_URL: value })).toThrow(/Set it to the server’s address/);
  });

  it.each([
    ['https://sight.example/agent/', true],
    ['https://sight.example/agent/?fps=60', true],
    ['https://sight.example/', false],
    ['https://sight.example.evil.example/agent/', false],
    ['http://sight.example/agent/', false],
    ['https://sight.example:8443/agent/', false],
    ['not an address', false],
  ])('%s is of it: %s', (url, isOwn) => {
    expect(ownPage({ SIGHTLINE_URL: 'https://sight.example' }).includes(url)).toBe(isOwn);
  });
});
