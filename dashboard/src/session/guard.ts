import type { Me } from '@sightline/shared';
import type { RouteLocationNormalized, RouteLocationRaw } from 'vue-router';
import { mayAnywhere } from './permissions.ts';
import type { Session } from './session.ts';

/**
 * Decides whether a page is shown, and if not, which one instead.
 *
 * @param takeRemembered where one wanted to go before single sign-on, told once.
 */
export function createGuard(
  session: Pick<Session, 'whoIsThere'>,
  takeRemembered: () => string | undefined,
): (to: RouteLocationNormalized) => Promise<RouteLocationRaw | true> {
  return async (to) => {
    const me = await session.whoIsThere();
    if (me === undefined) return to.name === 'sign-in' || { name: 'sign-in', query: wayBack(to) };
    if (me.mustChangePassword) {
      return to.name === 'new-password' || { name: 'new-password', query: wayBack(to) };
    }
    if (to.name === 'sign-in' || to.name === 'new-password') return destinationOf(to);
    const remembered = takeRemembered();
    if (remembered !== undefined && to.fullPath === '/') return remembered;
    const allowed = to.matched.every(
      ({ meta: { permission } }) => permission === undefined || mayAnywhere(me.grants, permission),
    );
    return allowed || { name: homeOf(me) };
  };
}

/** Where the sign-in page, or that for a new password, leads to when it is done: a page of ours. */
export function destinationOf({ query }: Pick<RouteLocationNormalized, 'query'>): string {
  const { from } = query;
  return typeof from === 'string' && /^\/(?![/\\])/.test(from) ? from : '/';
}

function wayBack({ name, fullPath, query }: RouteLocationNormalized): { from?: string } {
  const from = name === 'sign-in' || name === 'new-password' ? query['from'] : fullPath;
  return typeof from === 'string' && from !== '/' ? { from } : {};
}

/** The first page that this account may see. */
function homeOf({ grants }: Me): string {
  if (mayAnywhere(grants, 'live.view')) return 'wall';
  return mayAnywhere(grants, 'recordings.view') ? 'recordings' : 'account';
}
