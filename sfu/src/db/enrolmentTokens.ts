import type { EnrolmentTokensRepository } from './devices.ts';
import type { Database } from './database.ts';

/** The part of the devices' repository that is about the tokens with which they come in. */
export function enrolmentTokens(database: Database): EnrolmentTokensRepository {
  return {
    async addEnrolmentToken(token) {
      await database
        .insertInto('enrolment_tokens')
        .values({
          token_id: token.tokenId,
          secret_hash: token.secretHash,
          company_id: token.companyId,
          group_id: token.groupId,
          created_by: token.createdBy,
          created_at_ms: token.createdAtMs,
          expires_at_ms: token.expiresAtMs,
          uses_left: token.usesLeft,
        })
        .execute();
    },
    async listEnrolmentTokens(companyId, nowMs) {
      const rows = await database
        .selectFrom('enrolment_tokens')
        .selectAll()
        .where('company_id', '=', companyId)
        .where('uses_left', '>', 0)
        .where('expires_at_ms', '>', nowMs)
        .orderBy('created_at_ms', 'desc')
        .orderBy('token_id')
        .execute();
      return rows.map((row) => ({
        tokenId: row.token_id,
        companyId: row.company_id,
        groupId: row.group_id,
        createdAtMs: row.created_at_ms,
        expiresAtMs: row.expires_at_ms,
        usesLeft: row.uses_left,
      }));
    },
    async deleteEnrolmentToken(companyId, tokenId) {
      const { numDeletedRows } = await database
        .deleteFrom('enrolment_tokens')
        .where('company_id', '=', companyId)
        .where('token_id', '=', tokenId)
        .executeTakeFirst();
      return numDeletedRows === 1n;
    },
  };
}
