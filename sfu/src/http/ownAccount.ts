import { HttpProblem } from '@sightline/shared/node';
import type { FastifyReply } from 'fastify';
import type { AccountRecord, AccountsRepository } from '../db/accounts.ts';

/** The account of somebody who is signed in. */
export async function ownAccount(
  accounts: Pick<AccountsRepository, 'find'>,
  accountId: string,
): Promise<AccountRecord> {
  const account = await accounts.find(accountId);
  if (account === undefined) throw new HttpProblem(401, 'not-signed-in', 'Sign in first.');
  return account;
}

/** Somebody has to wait before the next attempt (RFC 6585, section 4). */
export function throttled(reply: FastifyReply, waitMs: number): HttpProblem {
  void reply.header('retry-after', String(Math.ceil(waitMs / 1_000)));
  return new HttpProblem(429, 'throttled', 'There were too many wrong attempts; wait before the next one.');
}
