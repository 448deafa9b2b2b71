const DEFAULT_SERVER_URL = 'http://127.0.0.1:3000';

/** The one page that this application shows and trusts. */
export interface OwnPage {
  readonly url: string;
  /** Whether the address is of that page. */
  includes(url: string): boolean;
}

/**
 * The agent's page on the server that `SIGHTLINE_URL` names. It comes from the server rather than from the
 * application's files, so that page and server are always of one version and of one origin.
 *
 * @throws {Error} if `SIGHTLINE_URL` is not an http or https address.
 */
export function ownPage(env: NodeJS.ProcessEnv): OwnPage {
  const value = env['SIGHTLINE_URL'] ?? DEFAULT_SERVER_URL;
  const server = URL.canParse(value) ? new URL(value) : undefined;
  if (server === undefined || !['http:', 'https:'].includes(server.protocol)) {
    throw new Error(
      `SIGHTLINE_URL is "${value}". Set it to the server’s address, such as ${DEFAULT_SERVER_URL}`,
    );
  }
  const page = new URL('/agent/', server);
  return {
    url: page.href,
    includes(url) {
      if (!URL.canParse(url)) return false;
      const { origin, pathname } = new URL(url);
      return origin === page.origin && pathname.startsWith(page.pathname);
    },
  };
}
