import type { AccountRecord } from '@sightline/sfu/db';
import { grantsOf, type Kind, type Place } from './kinds.ts';
import { send, type Answered } from './send.ts';
import { createSecret, type World } from './world.ts';

/** What somebody shows for the role that he claims. */
export const CREDENTIALS = [
  'valid',
  'foreign-page',
  'none',
  'garbage',
  'expired',
  'revoked',
  'disabled',
  'password-due',
] as const;

/** One of {@link CREDENTIALS}. */
export type Credential = (typeof CREDENTIALS)[number];

/** Somebody at the door, with an account of his own: what one does cannot change what the next one meets. */
export interface Actor {
  readonly account: AccountRecord;
  /** Cookie, and origin where a page sends the request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Each comes from an address of its own, so that nobody's mistakes slow down another one. */
  readonly address: string;
  call(method: string, path: string, body?: object): Promise<Answered>;
}

let actors = 0;

/** Makes an account of a kind at a home, and signs it in as `credential` says. */
export async function createActor(
  world: World,
  kind: Kind,
  home: Place,
  credential: Credential,
): Promise<Actor> {
  actors += 1;
  const address = `127.${1 + (actors >> 16)}.${(actors >> 8) & 255}.${actors & 255}`;
  const account = await world.newAccount(grantsOf(kind, home), {
    disabled: credential === 'disabled',
    mustChangePassword: credential === 'password-due',
  });
  const headers = await headersOf(world, account, credential);
  const call: Actor['call'] = (method, path, body) =>
    send(world.stack.url, { method, path, headers, address, ...(body === undefined ? {} : { body }) });
  return { account, headers, address, call };
}

async function headersOf(
  world: World,
  account: AccountRecord,
  credential: Credential,
): Promise<Readonly<Record<string, string>>> {
  switch (credential) {
    case 'none':
      return {};
    case 'expired':
      return { cookie: await world.newLogin(account, -1) };
    case 'garbage':
      return { cookie: (await world.newLogin(account)).replace(/=.*/, `=${createSecret()}`) };
    case 'foreign-page':
      return { cookie: await world.newLogin(account), origin: 'https://elsewhere.example' };
    case 'revoked': {
      const [cookie, elsewhere] = [await world.newLogin(account), await world.newLogin(account)];
      const path = '/api/v1/auth/sign-out-everywhere';
      await send(world.stack.url, { method: 'POST', path, headers: { cookie: elsewhere } });
      return { cookie };
    }
    case 'valid':
    case 'disabled':
    case 'password-due':
      return { cookie: await world.newLogin(account) };
  }
}
