import { ConfigError, isLoopback } from '@sightline/shared/node';
import type { OidcConfig } from './singleSignOn.ts';

/** The part of the configuration that is about single sign-on. */
export interface OidcVariables {
  SIGHTLINE_OIDC_ISSUER?: string | undefined;
  SIGHTLINE_OIDC_CLIENT_ID?: string | undefined;
  SIGHTLINE_OIDC_CLIENT_SECRET?: string | undefined;
  SIGHTLINE_OIDC_NAME: string;
}

/**
 * The identity provider; undefined if none is configured.
 *
 * @throws {ConfigError} if only a part of it is, or if it is asked over the network without TLS
 */
export function readOidc(variables: OidcVariables): OidcConfig | undefined {
  const {
    SIGHTLINE_OIDC_ISSUER: issuer,
    SIGHTLINE_OIDC_CLIENT_ID: clientId,
    SIGHTLINE_OIDC_CLIENT_SECRET: clientSecret,
    SIGHTLINE_OIDC_NAME: name,
  } = variables;
  if (issuer === undefined && clientId === undefined && clientSecret === undefined) return undefined;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) {
    throw new ConfigError([
      'SIGHTLINE_OIDC_ISSUER, SIGHTLINE_OIDC_CLIENT_ID, SIGHTLINE_OIDC_CLIENT_SECRET: set all three, or none',
    ]);
  }
  const { protocol, hostname } = new URL(issuer);
  if (protocol !== 'https:' && !isLoopback(hostname)) {
    throw new ConfigError(['SIGHTLINE_OIDC_ISSUER: must be https, unless the provider runs on this machine']);
  }
  return { issuer, clientId, clientSecret, name };
}
