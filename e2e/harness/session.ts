/** Who signs in. */
export interface Account {
  readonly email: string;
  readonly password: string;
}

/** Calls the API. Resolves with the answer's body, undefined when it has none. @throws Error when it is refused */
export type Api = (method: string, path: string, body?: object) => Promise<unknown>;

/** An account that is signed in. */
export interface Session {
  readonly api: Api;
  /** The session's cookie as it is now: name and value. */
  cookie(): { readonly name: string; readonly value: string };
}

/** Calls the API without having signed in. */
export async function callApi(url: string, ...[method, path, body]: Parameters<Api>): Promise<unknown> {
  return readBody(await send(url, method, path, body));
}

/** Signs in and keeps the session. */
export async function signIn(url: string, account: Account): Promise<Session> {
  let cookie = '';
  const api: Api = async (method, path, body) => {
    const response = await send(url, method, path, body, cookie);
    // The server may give a session a new cookie with any answer.
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    return readBody(response);
  };
  await api('POST', '/api/v1/auth/sign-in', { ...account });
  if (cookie === '') throw new Error(`${url} let ${account.email} in without a cookie`);
  return {
    api,
    cookie: () => {
      const split = cookie.indexOf('=');
      return { name: cookie.slice(0, split), value: cookie.slice(split + 1) };
    },
  };
}

function send(url: string, method: string, path: string, body?: object, cookie?: string): Promise<Response> {
  return fetch(`${url}${path}`, {
    method,
    headers: {
      ...(cookie === undefined || cookie === '' ? {} : { cookie }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
