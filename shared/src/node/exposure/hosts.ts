import { BlockList, isIPv6 } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** Whether only this machine reaches what listens on, or goes by, this name: `localhost` or a loopback address. */
export function isLoopback(name: string): boolean {
  const bare = name.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return bare === 'localhost' || loopback.check(bare, isIPv6(bare) ? 'ipv6' : 'ipv4');
}

/** A host name or address as it stands in a URL (RFC 3986, section 3.2.2). */
export const inUrl = (host: string): string => (isIPv6(host) ? `[${host}]` : host);
