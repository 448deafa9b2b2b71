import {
  ConfigError,
  HOW_TO_ENCRYPT,
  certificateFiles,
  encryptionProblems,
  inUrl,
  isLoopback,
  type CertificateFiles,
  type EncryptionVariables,
} from '@sightline/shared/node';

/** To whom the sfu answers, and how. */
export interface Exposure {
  /** Address that it listens on. */
  readonly host: string;
  readonly port: number;
  /** With these it speaks TLS itself. */
  readonly tls: CertificateFiles | undefined;
  /** Addresses and CIDR blocks of the proxies in front of it, whose X-Forwarded headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Scheme, host and port under which people open it. */
  readonly publicOrigin: string;
  /** Whether people reach it over https: cookies are `Secure` then, and browsers are told to stay with https. */
  readonly secure: boolean;
}

/** The part of the configuration that says so. */
export interface ExposureVariables extends EncryptionVariables {
  SIGHTLINE_HOST: string;
  SIGHTLINE_PORT: number;
  SIGHTLINE_PUBLIC_URL?: string | undefined;
}

/**
 * Works out how the sfu is exposed. Passwords and screens never cross a network in the clear: beyond loopback there
 * is TLS, its own or a proxy's.
 *
 * @throws {ConfigError} that says which variables to set
 */
export function readExposure(variables: ExposureVariables): Exposure {
  const { SIGHTLINE_HOST: host, SIGHTLINE_PORT: port } = variables;
  const problems = [
    ...encryptionProblems('SIGHTLINE_HOST', host, variables),
    ...publicUrlProblems(variables),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  const tls = certificateFiles(variables);
  const ownUrl = `${tls === undefined ? 'http' : 'https'}://${inUrl(host)}:${port}`;
  const publicOrigin = new URL(variables.SIGHTLINE_PUBLIC_URL ?? ownUrl).origin;
  return {
    host,
    port,
    tls,
    trustedProxies: variables.SIGHTLINE_BEHIND_PROXY ?? [],
    publicOrigin,
    secure: publicOrigin.startsWith('https:'),
  };
}

function publicUrlProblems(variables: ExposureVariables): string[] {
  const { SIGHTLINE_HOST: host, SIGHTLINE_PUBLIC_URL: publicUrl } = variables;
  const proxied = variables.SIGHTLINE_BEHIND_PROXY !== undefined;
  if (publicUrl === undefined) {
    if (isLoopback(host) && !proxied) return [];
    return [
      'SIGHTLINE_PUBLIC_URL: is missing, set it to the address under which people open Sightline, such as https://sightline.example',
    ];
  }
  const { protocol, hostname } = new URL(publicUrl);
  if (protocol === 'https:' && !proxied && variables.SIGHTLINE_TLS_CERT === undefined)
    return [`SIGHTLINE_PUBLIC_URL: is https, which nobody speaks yet. ${HOW_TO_ENCRYPT}`];
  if (protocol === 'http:' && !isLoopback(hostname))
    return ['SIGHTLINE_PUBLIC_URL: must be https, unless it is an address of this machine only'];
  return [];
}
