import { HttpProblem } from '@sightline/shared/node';
import { isWithin, reachOf, type Permission, type Principal, type Reach } from '../identity/authorise.ts';
import type { SignedIn } from '../identity/signedIn.ts';

/** Who may use a route: everybody, everybody who is signed in, or those who may do this. */
export type Access = 'public' | 'signed-in' | Permission;

/** A caller who was let in, and where the permission of the route holds. */
export interface Admitted {
  readonly caller: SignedIn;
  /** Where the route's permission holds; of a route without one, nowhere. */
  readonly reach: Reach;
}

/** What is asked for: a route, and the company that its address names, if it names one. */
export interface Wanted {
  readonly url: string;
  readonly access: Exclude<Access, 'public'>;
  readonly companyId: string | undefined;
  /** A grant for some groups of the company is enough. */
  readonly withinGroups: boolean;
}

/** All that an account with a one-time password may ask for. */
const WHILE_PASSWORD_IS_DUE = '/api/v1/auth/';
const NOWHERE: Reach = { everywhere: false, companies: new Map() };

/**
 * Lets a caller in.
 *
 * @param companyExists asked only for callers who may act in every company there is.
 * @throws {HttpProblem} 401 `not-signed-in`, 403 `password-change-required` or `forbidden`, 404 `unknown-company`
 */
export async function admit(
  caller: SignedIn | undefined,
  { url, access, companyId, withinGroups }: Wanted,
  companyExists: (companyId: string) => Promise<boolean>,
): Promise<Admitted> {
  if (caller === undefined) throw new HttpProblem(401, 'not-signed-in', 'Sign in first.');
  if (caller.mustChangePassword && !url.startsWith(WHILE_PASSWORD_IS_DUE)) {
    throw new HttpProblem(403, 'password-change-required', 'Change your one-time password first.');
  }
  if (access === 'signed-in') return { caller, reach: NOWHERE };
  const reach = reachOf(caller.principal, access);
  if (companyId === undefined) {
    if (!reach.everywhere && reach.companies.size === 0) throw forbidden();
    return { caller, reach };
  }
  await requireCompany({ caller, reach }, companyId, { withinGroups, companyExists });
  return { caller, reach };
}

/**
 * Makes sure that what the caller may do, he may do in this company.
 *
 * @throws {HttpProblem} 403 `forbidden`, 404 `unknown-company`
 */
export async function requireCompany(
  { caller, reach }: Admitted,
  companyId: string,
  options: { withinGroups: boolean; companyExists: (companyId: string) => Promise<boolean> },
): Promise<void> {
  if (!hasRoleIn(caller.principal, companyId)) throw unknownCompany();
  const allowed = isWithin(reach, { companyId }) || (options.withinGroups && reach.companies.has(companyId));
  if (!allowed) throw forbidden();
  if (reach.everywhere && !(await options.companyExists(companyId))) throw unknownCompany();
}

/** The caller's role is not enough. */
export const forbidden = (): HttpProblem =>
  new HttpProblem(403, 'forbidden', 'Your role does not allow this; ask an administrator.');

/** Said alike of companies that do not exist and of those in which the caller has no role. */
export const unknownCompany = (): HttpProblem =>
  new HttpProblem(404, 'unknown-company', 'There is no such company.');

function hasRoleIn({ grants }: Principal, companyId: string): boolean {
  return grants.some((grant) => grant.role === 'owner' || grant.companyId === companyId);
}
