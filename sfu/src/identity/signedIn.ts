import type { Principal } from './authorise.ts';

/** Who a session cookie speaks for. */
export interface SignedIn {
  readonly principal: Principal;
  /** Names the session for as long as it lasts, whatever its cookie has become. */
  readonly sessionHash: string;
  /** It has a one-time password: it may do nothing but change it. */
  readonly mustChangePassword: boolean;
}

/** Who sent a request, and the `Set-Cookie` header that the answer has to carry if the cookie was rotated. */
export interface AuthenticatedRequest {
  readonly signedIn: SignedIn;
  readonly setCookie: string | undefined;
}
