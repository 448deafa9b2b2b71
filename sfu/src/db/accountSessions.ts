import { sql } from 'kysely';
import type { AccountRecord, AccountSession, AccountSessionsRepository } from './accounts.ts';
import { inBatches } from './batches.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

/** The part of the accounts' repository that is about signed-in browsers. */
export function accountSessions(
  database: Database,
  findAccount: (accountId: string) => Promise<AccountRecord | undefined>,
): AccountSessionsRepository {
  return {
    async addSession(session) {
      await database.insertInto('account_sessions').values(toRow(session)).execute();
    },
    async rotateSession(oldHash, { tokenHash, lastUsedAtMs, expiresAtMs }) {
      const { numUpdatedRows } = await database
        .updateTable('account_sessions')
        .set({
          token_hash: tokenHash,
          previous_hash: oldHash,
          last_used_at_ms: lastUsedAtMs,
          expires_at_ms: expiresAtMs,
        })
        .where('token_hash', '=', oldHash)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async extendSessions(sessionHashes, expiresAtMs, longestMs) {
      for (const batch of inBatches(sessionHashes, 1)) {
        const longest = sql<number>`created_at_ms + cast(${longestMs} as bigint)`;
        await database
          .updateTable('account_sessions')
          .set({
            expires_at_ms: sql<number>`case when ${longest} < ${expiresAtMs} then ${longest} else ${expiresAtMs} end`,
          })
          .where('session_hash', 'in', [...batch])
          .execute();
      }
    },
    async findSession(tokenHash, nowMs) {
      const row = await database
        .selectFrom('account_sessions')
        .selectAll()
        .where((either) =>
          either.or([either('token_hash', '=', tokenHash), either('previous_hash', '=', tokenHash)]),
        )
        .where('expires_at_ms', '>', nowMs)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const account = await findAccount(row.account_id);
      return account && { session: toSession(row), account };
    },
    async deleteSession(sessionHash) {
      await database.deleteFrom('account_sessions').where('session_hash', '=', sessionHash).execute();
    },
    async deleteSessionsOf(accountId, exceptSessionHash) {
      const all = database.deleteFrom('account_sessions').where('account_id', '=', accountId);
      const gone = exceptSessionHash === undefined ? all : all.where('session_hash', '!=', exceptSessionHash);
      return (await gone.returning('session_hash').execute()).map((row) => row.session_hash);
    },
    async deleteExpiredSessions(nowMs) {
      const gone = await database
        .deleteFrom('account_sessions')
        .where('expires_at_ms', '<=', nowMs)
        .returning(['account_id', 'session_hash'])
        .execute();
      return gone.map((row) => ({ accountId: row.account_id, sessionHash: row.session_hash }));
    },
  };
}

function toRow(session: AccountSession): Schema['account_sessions'] {
  return {
    session_hash: session.sessionHash,
    token_hash: session.tokenHash,
    previous_hash: session.previousHash,
    account_id: session.accountId,
    created_at_ms: session.createdAtMs,
    last_used_at_ms: session.lastUsedAtMs,
    expires_at_ms: session.expiresAtMs,
    address: session.address,
  };
}

function toSession(row: Schema['account_sessions']): AccountSession {
  return {
    sessionHash: row.session_hash,
    tokenHash: row.token_hash,
    previousHash: row.previous_hash,
    accountId: row.account_id,
    createdAtMs: row.created_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
    expiresAtMs: row.expires_at_ms,
    address: row.address,
  };
}
