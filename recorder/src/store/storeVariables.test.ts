import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../config.ts';

const read = (env: Record<string, string>) =>
  readConfig({ SIGHTLINE_RECORDER_SECRET: 'sixteen characters', ...env });

describe('the configuration of the store', () => {
  it('takes a bucket alone, and everything else with it', () => {
    expect(read({ SIGHTLINE_S3_BUCKET: 'recordings' }).s3).toEqual({
      bucket: 'recordings',
      endpoint: undefined,
      region: 'us-east-1',
      prefix: '',
      localCopyMs: 86_400_000,
    });
    const env = {
      SIGHTLINE_S3_BUCKET: 'recordings',
      SIGHTLINE_S3_ENDPOINT: 'https://s3.example',
      SIGHTLINE_S3_REGION: 'eu-central-1',
      SIGHTLINE_S3_PREFIX: 'sightline/north/',
      SIGHTLINE_S3_LOCAL_HOURS: '0.5',
    };
    expect(read(env).s3).toEqual({
      bucket: 'recordings',
      endpoint: 'https://s3.example',
      region: 'eu-central-1',
      prefix: 'sightline/north/',
      localCopyMs: 1_800_000,
    });
  });

  it('takes keys from the environment or a file, and not from both', () => {
    expect(read({ SIGHTLINE_ENCRYPTION_KEY: 'a' }).encryption).toEqual({ keys: 'a' });
    expect(read({ SIGHTLINE_ENCRYPTION_KEY_FILE: 'keys' }).encryption).toEqual({ file: 'keys' });
    expect(() => read({ SIGHTLINE_ENCRYPTION_KEY: 'a', SIGHTLINE_ENCRYPTION_KEY_FILE: 'keys' })).toThrow(
      /SIGHTLINE_ENCRYPTION_KEY: remove it/,
    );
  });

  it('says what is wrong', () => {
    const wrong = {
      SIGHTLINE_S3_ENDPOINT: 'https://s3.example',
      SIGHTLINE_S3_PREFIX: '/sightline',
      SIGHTLINE_S3_LOCAL_HOURS: '-1',
    };
    expect(() => read(wrong)).toThrow(/SIGHTLINE_S3_PREFIX: must end[^]*SIGHTLINE_S3_LOCAL_HOURS: must be/);
    expect(() => read({ SIGHTLINE_S3_ENDPOINT: 'https://s3.example' })).toThrow(
      /SIGHTLINE_S3_BUCKET: is missing/,
    );
  });
});
