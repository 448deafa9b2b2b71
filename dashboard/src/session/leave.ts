import type { EndOfSession } from './session.ts';

/** Loads the sign-in page, which leads back here unless one has left on purpose. */
export function leaveToSignIn(why: EndOfSession): void {
  const { pathname, search } = window.location;
  const query = new URLSearchParams(why === 'ended' ? { why, from: `${pathname}${search}` } : { why });
  window.location.assign(`/sign-in?${query}`);
}
