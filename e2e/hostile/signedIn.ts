import { signIn } from '../harness/session.ts';
import type { Target } from './protocol.ts';

/** Signs the attacker's account in. Resolves with the session's cookie header. */
export async function signedIn({ url, account }: Target): Promise<string> {
  const { name, value } = (await signIn(url, account)).cookie();
  return `${name}=${value}`;
}
