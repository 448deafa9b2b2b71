import type { IncomingMessage } from 'node:http';
import proxyaddr from '@fastify/proxy-addr';
import { inUrl, isLoopback } from '@sightline/shared/node';
import { withoutMapping } from './address.ts';
import type { Exposure } from './exposure.ts';

const NO_ADDRESS = '0.0.0.0';

/** Tells requests apart before anybody has signed in. HTTP and sockets ask the same one. */
export interface Gate {
  /**
   * Whether a request was addressed to us by a name of ours, and, if a page sent it, whether the page is ours. This
   * keeps foreign web pages out, DNS rebinding included.
   */
  admits(request: IncomingMessage): boolean;
  /** The address of the client: what a trusted proxy says, else the connection's; 0.0.0.0 if that has ended. */
  addressOf(request: IncomingMessage): string;
  /** Whether the X-Forwarded headers of this address are believed; Fastify's `trustProxy`. */
  trusts(address: string, hop: number): boolean;
  /** What to tell who was not admitted. */
  readonly advice: string;
}

/** Builds the {@link Gate} of an exposed sfu. */
export function createGate(exposure: Exposure): Gate {
  const { publicOrigin } = exposure;
  const publicHost = new URL(publicOrigin).host;
  const listenHost = new URL(`http://${inUrl(exposure.host)}`).hostname;
  const trusts = proxyaddr.compile([...exposure.trustedProxies]);
  const ownScheme = exposure.tls === undefined ? 'http' : 'https';

  const hostOf = (request: IncomingMessage): string | undefined => {
    const forwarded = request.headers['x-forwarded-host'];
    const believed = forwarded !== undefined && trusts(request.socket.remoteAddress ?? '', 0);
    // Each proxy on the way appends its own: the last one is of the one that we trust.
    return believed ? String(forwarded).split(',').at(-1)?.trim() : request.headers.host;
  };

  return {
    admits(request) {
      const { origin } = request.headers;
      const host = parseHost(ownScheme, hostOf(request));
      if (host === undefined) return false;
      // A proxy may pass on the address at which it reaches us, instead of the one that the browser asked for.
      const isLocal = isLoopback(host.hostname) || host.hostname === listenHost;
      if (!isLocal && host.host !== publicHost) return false;
      return origin === undefined || origin === publicOrigin || (isLocal && origin === host.origin);
    },
    addressOf(request) {
      // A connection that has ended by now has no address any more.
      if (request.socket.remoteAddress === undefined) return NO_ADDRESS;
      return withoutMapping(proxyaddr(request, trusts));
    },
    trusts,
    advice: `Open Sightline by its own address, ${publicOrigin}.`,
  };
}

/** Reads a Host header (RFC 9110, section 7.2), which must hold nothing but a name or address and a port. */
function parseHost(scheme: string, header: string | undefined): URL | undefined {
  if (header === undefined || !/^[\w.:[\]-]+$/.test(header)) return undefined;
  const url = `${scheme}://${header}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}
