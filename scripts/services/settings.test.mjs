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

  it.each(['http', '0', '70000', '3.5'])('refuses "%s" as a port', (value) => {
    expect(() => readSettings({ SIGHTLINE_PORT: value })).toThrow(/SIGHTLINE_PORT/);
  });
});
