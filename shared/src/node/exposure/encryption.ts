import type { CertificateFiles } from './certificate.ts';
import { isLoopback } from './hosts.ts';

/** What the environment says about TLS, under the same names for every service. */
export interface EncryptionVariables {
  SIGHTLINE_TLS_CERT?: string | undefined;
  SIGHTLINE_TLS_KEY?: string | undefined;
  /** The proxies that do TLS. */
  SIGHTLINE_BEHIND_PROXY?: readonly string[] | undefined;
}

/** What to do about an address that nobody speaks TLS at. */
export const HOW_TO_ENCRYPT =
  'Set SIGHTLINE_TLS_CERT and SIGHTLINE_TLS_KEY (PEM files) to let it speak TLS itself, or SIGHTLINE_BEHIND_PROXY to the address of the proxy that does';

/** The files of a service that speaks TLS itself. */
export function certificateFiles(variables: EncryptionVariables): CertificateFiles | undefined {
  const { SIGHTLINE_TLS_CERT: certFile, SIGHTLINE_TLS_KEY: keyFile } = variables;
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
}

/**
 * What keeps a service from listening on an address: passwords, screens and recordings never cross a network in the
 * clear.
 *
 * @param hostVariable the variable that the address comes from
 */
export function encryptionProblems(
  hostVariable: string,
  host: string,
  variables: EncryptionVariables,
): string[] {
  const { SIGHTLINE_TLS_CERT: cert, SIGHTLINE_TLS_KEY: key } = variables;
  if (cert !== undefined && key === undefined)
    return ['SIGHTLINE_TLS_KEY: is missing, set it to the key of SIGHTLINE_TLS_CERT'];
  if (cert === undefined && key !== undefined)
    return ['SIGHTLINE_TLS_CERT: is missing, set it to the certificate of SIGHTLINE_TLS_KEY'];
  if (isLoopback(host) || cert !== undefined || variables.SIGHTLINE_BEHIND_PROXY !== undefined) return [];
  return [`${hostVariable}: ${host} can be reached from other machines. ${HOW_TO_ENCRYPT}`];
}
