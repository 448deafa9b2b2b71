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
      publicUrl: undefined,
      dashboardOrigins: ['http://127.0.0.1:3000', 'http://localhost:3000'],
      dataDir: resolve('data'),
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

  it('names every bad variable at once, and never a value', () => {
    const bad = {
      SIGHTLINE_RECORDER_SECRET: 'short',
      SIGHTLINE_RECORDER_PORT: 'many',
      SIGHTLINE_SFU_URL: 'nowhere',
      SIGHTLINE_RECORDER_HOST: '0.0.0.0',
      SIGHTLINE_DASHBOARD_ORIGIN: 'http://a.example,elsewhere',
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
