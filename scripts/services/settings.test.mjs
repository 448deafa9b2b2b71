import { describe, expect, it } from '@jest/globals';
import { readSettings } from './settings.mjs';

describe('readSettings', () => {
  it('has defaults for what is unset or empty', () => {
    const settings = readSettings({ SIGHTLINE_PORT: '' });
    expect(settings).toMatchObject({ url: 'http://127.0.0.1:3000', recorderUrl: 'http://127.0.0.1:3001' });
    expect(settings.recordingsDir).toMatch(/\/data\/recordings$/);
  });

  it('follows the environment', () => {
    const settings = readSettings({ SIGHTLINE_PORT: '4000', SIGHTLINE_DATA_DIR: '/srv/sightline' });
    expect(settings).toMatchObject({ port: 4000, recordingsDir: '/srv/sightline/recordings' });
  });

  it('comes by the public name where only that is on the certificate, else by the address', () => {
    const publicly = { SIGHTLINE_HOST: '0.0.0.0', SIGHTLINE_PUBLIC_URL: 'https://sightline.example/' };
    expect(readSettings(publicly)).toMatchObject({
      url: 'https://sightline.example',
      sfuUrl: 'http://127.0.0.1:3000',
    });
    expect(readSettings({ ...publicly, SIGHTLINE_TLS_CERT: 'cert.pem' })).toMatchObject({
      sfuUrl: 'https://sightline.example',
    });
    expect(readSettings({ SIGHTLINE_HOST: '::1' }).url).toBe('http://[::1]:3000');
  });

  it.each(['http', '0', '70000', '3.5'])('refuses "%s" as a port', (value) => {
    expect(() => readSettings({ SIGHTLINE_PORT: value })).toThrow(/SIGHTLINE_PORT/);
  });
});
