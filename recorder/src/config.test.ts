import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readConfig } from './config.ts';

const SECRET = 'sixteen characters';

describe('the configuration of the recorder', () => {
  it('needs only the secret', () => {
    expect(readConfig({ SIGHTLINE_RECORDER_SECRET: SECRET })).toEqual({
      sfuUrl: 'http://127.0.0.1:3000',
      secret: SECRET,
      host: '127.0.0.1',
      port: 3001,
      tls: undefined,
      publicUrl: undefined,
      dashboardOrigins: ['http://127.0.0.1:3000', 'http://localhost:3000'],
      dataDir: resolve('data'),
      diskMarks: { low: { share: 0.1 }, clearing: { share: 0.05 }, full: { bytes: 500_000_000 } },
      encryption: undefined,
      s3: undefined,
      sealKeyFile: undefined,
      segmentSeconds: 6,
      logLevel: 'info',
    });
  });

  it('takes several origins', () => {
    const config = readConfig({
      SIGHTLINE_RECORDER_SECRET: SECRET,
      SIGHTLINE_DASHBOARD_ORIGIN: 'https://a.example/, http://b.example:81',
    });
    expect(config.dashboardOrigins).toEqual(['https://a.example', 'http://b.example:81']);
  });

  it('serves other machines by TLS only, its own or a proxy’s', () => {
    const everywhere = { SIGHTLINE_RECORDER_SECRET: SECRET, SIGHTLINE_RECORDER_HOST: '0.0.0.0' };
    const tls = { SIGHTLINE_TLS_CERT: 'cert.pem', SIGHTLINE_TLS_KEY: 'key.pem' };
    const publicly = { SIGHTLINE_RECORDER_PUBLIC_URL: 'https://media.example' };
    expect(() => readConfig(everywhere)).toThrow(
      /SIGHTLINE_RECORDER_HOST: 0\.0\.0\.0 .*SIGHTLINE_TLS_CERT and SIGHTLINE_TLS_KEY[^]*SIGHTLINE_RECORDER_PUBLIC_URL: is missing/,
    );
    expect(readConfig({ ...everywhere, ...tls, ...publicly })).toMatchObject({
      host: '0.0.0.0',
      tls: { certFile: 'cert.pem', keyFile: 'key.pem' },
      publicUrl: 'https://media.example',
    });
    expect(
      readConfig({ ...everywhere, ...publicly, SIGHTLINE_BEHIND_PROXY: '10.0.0.1' }).tls,
    ).toBeUndefined();
    expect(() =>
      readConfig({ ...everywhere, ...tls, SIGHTLINE_RECORDER_PUBLIC_URL: 'http://media.example' }),
    ).toThrow(/must be https/);
  });

  it('names every bad variable at once, and never a value', () => {
    const bad = {
      SIGHTLINE_RECORDER_SECRET: 'short',
      SIGHTLINE_RECORDER_PORT: 'many',
      SIGHTLINE_SFU_URL: 'nowhere',
      SIGHTLINE_RECORDER_HOST: 'everywhere',
      SIGHTLINE_DASHBOARD_ORIGIN: 'http://a.example,elsewhere',
      SIGHTLINE_DISK_LOW_WATER: 'a lot',
      SIGHTLINE_SEGMENT_SECONDS: '0',
      LOG_LEVEL: 'loud',
    };
    let message = '';
    try {
      readConfig(bad);
    } catch (error) {
      message = String(error);
    }
    for (const name of Object.keys(bad)) expect(message).toContain(name);
    expect(message).not.toContain('short');
  });
});
