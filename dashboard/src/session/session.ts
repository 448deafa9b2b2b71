import type { Clock, Me } from '@sightline/shared';
import { inject, type InjectionKey } from 'vue';
import { isRefusal } from '../api/apiError.ts';
import type { IdentityApi } from '../api/identityApi.ts';
import { messageOf } from '../ui/messageOf.ts';

/** Why the sign-in page is shown to somebody who was signed in. */
export type EndOfSession = 'signed-out' | 'ended';

/** The session of the account that uses this page. */
export interface Session {
  /** Who is signed in, if anybody is. The first call asks the server, again and again until it answers. */
  whoIsThere(): Promise<Me | undefined>;
  /** Somebody has signed in, or something about the account has changed. */
  set(me: Me): void;
  /** Asks the server anew what it knows of the account. @throws {ApiError} */
  refresh(): Promise<void>;
  signOut(): Promise<void>;
  signOutEverywhere(): Promise<void>;
  /** The server does not know the session any more. */
  ended(): void;
}

/** What a {@link Session} works with. */
export interface SessionDeps {
  identity: Pick<IdentityApi, 'me' | 'signOut' | 'signOutEverywhere'>;
  /** Where pages read it. */
  store: { me: Me | undefined; trouble: string | undefined };
  clock: Clock;
  /** Loads the sign-in page anew, so that nothing of the account stays in memory. */
  leave: (why: EndOfSession) => void;
}

const RETRY_MS = 2_000;

/** Builds the {@link Session}. */
export function createSession({ identity, store, clock, leave }: SessionDeps): Session {
  let asked: Promise<void> | undefined;

  async function askUntilAnswered(): Promise<void> {
    for (;;) {
      try {
        store.me = await identity.me();
        store.trouble = undefined;
        return;
      } catch (error) {
        if (isRefusal(error, 'not-signed-in')) {
          store.trouble = undefined;
          return;
        }
        store.trouble = messageOf(error);
        await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
      }
    }
  }

  function end(why: EndOfSession): void {
    if (store.me === undefined) return;
    store.me = undefined;
    leave(why);
  }

  return {
    async whoIsThere() {
      asked ??= askUntilAnswered();
      await asked;
      return store.me;
    },
    set: (me) => void (store.me = me),
    async refresh() {
      store.me = await identity.me();
    },
    async signOut() {
      await identity.signOut();
      end('signed-out');
    },
    async signOutEverywhere() {
      await identity.signOutEverywhere();
      end('signed-out');
    },
    ended: () => end('ended'),
  };
}

/** Under which the {@link Session} is provided to the app. */
export const sessionKey: InjectionKey<Session> = Symbol('session');

/** The {@link Session} of the app. */
export function useSession(): Session {
  const session = inject(sessionKey);
  if (session === undefined) throw new Error('This page needs an app that provides `sessionKey`.');
  return session;
}
