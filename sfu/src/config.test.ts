import { describe, expect, it } from '@jest/globals';
import { readConfig } from './config.ts';

const SECRETS = {
  SIGHTLINE_SERVER_SECRET: 'x'.repeat(32),
  SIGHTLINE_RECORDER_SECRET: 'y'.repeat(16),
};
const TLS = { SIGHTLINE_TLS_CERT: '/etc/cert.pem', SIGHTLINE_TLS_KEY: '/etc/key.pem' };
const PUBLIC = { SIGHTLINE_PUBLIC_URL: 'https://sightline.example' };
const PROXY = { SIGHTLINE_BEHIND_PROXY: '10.0.0.1, 192.168.0.0/16' };

const exposureOf = (env: Record<string, string>) => readConfig({ ...SECRETS, ...env }).exposure;

describe('the configuration of the sfu', () => {
  it('needs the two secrets only, and then answers this machine only', () => {
    expect(readConfig(SECRETS)).toMatchObject({
      SIGHTLINE_OWNER_EMAIL: 'owner@localhost',
      exposure: { host: '127.0.0.1', tls: undefined, publicOrigin: 'http://127.0.0.1:3000', secure: false },
    });
  });

  it('lists every wrong variable, and no value', () => {
    const wrong = { SIGHTLINE_SERVER_SECRET: 'too short', SIGHTLINE_BEHIND_PROXY: 'proxy.example' };
    expect(() => readConfig(wrong)).toThrow(
      /SIGHTLINE_BEHIND_PROXY[^]*SIGHTLINE_SERVER_SECRET: must have[^]*SIGHTLINE_RECORDER_SECRET: is missing/,
    );
    expect(() => readConfig(wrong)).not.toThrow(/too short|proxy\.example/);
  });

  it.each([['0.0.0.0'], ['::'], ['192.0.2.7']])('is refused at %s without encryption', (host) => {
    expect(() => exposureOf({ SIGHTLINE_HOST: host, ...PUBLIC })).toThrow(
      /SIGHTLINE_HOST: .*SIGHTLINE_TLS_CERT and SIGHTLINE_TLS_KEY.*SIGHTLINE_BEHIND_PROXY/,
    );
  });

  it.each([
    ['half a pair', { SIGHTLINE_TLS_CERT: '/etc/cert.pem' }, /SIGHTLINE_TLS_KEY: is missing/],
    ['the other half', { SIGHTLINE_TLS_KEY: '/etc/key.pem' }, /SIGHTLINE_TLS_CERT: is missing/],
    ['TLS without a name', { SIGHTLINE_HOST: '0.0.0.0', ...TLS }, /SIGHTLINE_PUBLIC_URL: is missing/],
    ['a proxy without a name', PROXY, /SIGHTLINE_PUBLIC_URL: is missing/],
    ['https that nobody speaks', PUBLIC, /SIGHTLINE_PUBLIC_URL: is https/],
    ['a public name in the clear', { SIGHTLINE_PUBLIC_URL: 'http://sightline.example' }, /must be https/],
    ['a path', { ...PROXY, SIGHTLINE_PUBLIC_URL: 'https://a.example/sightline' }, /after host and port/],
    ['a host name', { SIGHTLINE_HOST: 'example.org' }, /SIGHTLINE_HOST: must be an IP address/],
  ])('is refused with %s', (_what, env, message) => {
    expect(() => exposureOf(env)).toThrow(message);
  });

  it('takes TLS of its own', () => {
    expect(exposureOf({ SIGHTLINE_HOST: '0.0.0.0', ...TLS, ...PUBLIC })).toEqual({
      host: '0.0.0.0',
      port: 3000,
      tls: { certFile: '/etc/cert.pem', keyFile: '/etc/key.pem' },
      trustedProxies: [],
      publicOrigin: 'https://sightline.example',
      secure: true,
    });
  });

  it('takes the word that a proxy does TLS', () => {
    expect(exposureOf({ SIGHTLINE_HOST: '10.0.0.2', ...PROXY, ...PUBLIC })).toMatchObject({
      tls: undefined,
      trustedProxies: ['10.0.0.1', '192.168.0.0/16'],
      secure: true,
    });
  });

  it('speaks TLS on loopback, too', () => {
    expect(exposureOf({ SIGHTLINE_HOST: '::1', ...TLS }).publicOrigin).toBe('https://[::1]:3000');
  });
});
