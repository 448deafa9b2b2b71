import { ConfigError } from '@sightline/shared/node';
import type { CertificateFiles } from './certificate.ts';
import { inUrl, isLoopback } from './hosts.ts';

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
export interface ExposureVariables {
  SIGHTLINE_HOST: string;
  SIGHTLINE_PORT: number;
  SIGHTLINE_TLS_CERT?: string | undefined;
  SIGHTLINE_TLS_KEY?: string | undefined;
  SIGHTLINE_BEHIND_PROXY?: readonly string[] | undefined;
  SIGHTLINE_PUBLIC_URL?: string | undefined;
}

const HOW_TO_ENCRYPT =
  'Set SIGHTLINE_TLS_CERT and SIGHTLINE_TLS_KEY (PEM files) to let it speak TLS itself, or SIGHTLINE_BEHIND_PROXY to the address of the proxy that does';

/**
 * Works out how the sfu is exposed. Passwords and screens never cross a network in the clear: beyond loopback there
 * is TLS, its own or a proxy's.
 *
 * @throws {ConfigError} that says which variables to set
 */
export function readExposure(variables: ExposureVariables): Exposure {
  const problems = [...encryptionProblems(variables), ...publicUrlProblems(variables)];
  if (problems.length > 0) throw new ConfigError(problems);
  const { SIGHTLINE_HOST: host, SIGHTLINE_PORT: port } = variables;
  const { SIGHTLINE_TLS_CERT: certFile, SIGHTLINE_TLS_KEY: keyFile } = variables;
  const tls = certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
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

function encryptionProblems(variables: ExposureVariables): string[] {
  const { SIGHTLINE_HOST: host, SIGHTLINE_TLS_CERT: cert, SIGHTLINE_TLS_KEY: key } = variables;
  if (cert !== undefined && key === undefined)
    return ['SIGHTLINE_TLS_KEY: is missing, set it to the key of SIGHTLINE_TLS_CERT'];
  if (cert === undefined && key !== undefined)
    return ['SIGHTLINE_TLS_CERT: is missing, set it to the certificate of SIGHTLINE_TLS_KEY'];
  if (isLoopback(host) || cert !== undefined || variables.SIGHTLINE_BEHIND_PROXY !== undefined) return [];
  return [`SIGHTLINE_HOST: ${host} can be reached from other machines. ${HOW_TO_ENCRYPT}`];
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
