import { describe, expect, it } from '@jest/globals';
import { readOidc } from './oidcConfig.ts';

const NAME = { SIGHTLINE_OIDC_NAME: 'Acme' };
const CLIENT = { ...NAME, SIGHTLINE_OIDC_CLIENT_ID: 'sightline', SIGHTLINE_OIDC_CLIENT_SECRET: 'secret' };

describe('the identity provider', () => {
  it('need not be there', () => {
    expect(readOidc(NAME)).toBeUndefined();
  });

  it('is reached by https, or on this machine', () => {
    expect(readOidc({ ...CLIENT, SIGHTLINE_OIDC_ISSUER: 'https://id.example' })).toEqual({
      issuer: 'https://id.example',
      clientId: 'sightline',
      clientSecret: 'secret',
      name: 'Acme',
    });
    expect(readOidc({ ...CLIENT, SIGHTLINE_OIDC_ISSUER: 'http://127.0.0.1:4000' })).toBeDefined();
    expect(() => readOidc({ ...CLIENT, SIGHTLINE_OIDC_ISSUER: 'http://id.example' })).toThrow(
      'must be https',
    );
  });

  it('is configured wholly or not at all', () => {
    expect(() => readOidc(CLIENT)).toThrow('set all three, or none');
  });
});
