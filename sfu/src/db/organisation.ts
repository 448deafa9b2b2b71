import type { Company, Device, Group, Retention } from '@sightline/shared';
import type { Selectable } from 'kysely';
import { isForeignKeyViolation, isUniqueViolation, retryWhile } from './conflicts.ts';
import type { Database } from './database.ts';
import { toDevice } from './devices.ts';
import type { Schema } from './schema.ts';

/** Companies and the groups of their devices. */
export interface OrganisationRepository {
  addCompany(company: Company): Promise<void>;
  listCompanies(): Promise<Company[]>;
  findCompany(companyId: string): Promise<Company | undefined>;
  changeCompany(
    companyId: string,
    change: { name?: string; idleThresholdMs?: number; retention?: Retention },
  ): Promise<Company | undefined>;
  /** False: the company has a group of that name. */
  addGroup(group: Group): Promise<boolean>;
  listGroups(companyId: string): Promise<Group[]>;
  findGroup(companyId: string, groupId: string): Promise<Group | undefined>;
  /** `taken`: the company has another group of that name. */
  renameGroup(companyId: string, groupId: string, name: string): Promise<Group | 'taken' | undefined>;
  /** Its devices and tokens are in no group then, and grants for it go. Undefined: the company has no such group. */
  deleteGroup(companyId: string, groupId: string): Promise<DeletedGroup | undefined>;
}

/** What a group had when it went. */
export interface DeletedGroup {
  /** As they are now, revoked ones too. */
  devices: Device[];
  /** Who had a grant for it. */
  accountIds: string[];
}

/** The {@link OrganisationRepository} on a database. */
export function createOrganisationRepository(database: Database): OrganisationRepository {
  return {
    addCompany: (company) => insertCompany(database, company),
    async listCompanies() {
      const rows = await database
        .selectFrom('companies')
        .selectAll()
        .orderBy('name')
        .orderBy('company_id')
        .execute();
      return rows.map(toCompany);
    },
    async findCompany(companyId) {
      const row = await database
        .selectFrom('companies')
        .selectAll()
        .where('company_id', '=', companyId)
        .executeTakeFirst();
      return row && toCompany(row);
    },
    async changeCompany(companyId, { name, idleThresholdMs, retention }) {
      const row = await database
        .updateTable('companies')
        .set((update) => ({
          name: name ?? update.ref('name'),
          idle_threshold_ms: idleThresholdMs ?? update.ref('idle_threshold_ms'),
          ...(retention === undefined ? {} : retentionColumns(retention)),
        }))
        .where('company_id', '=', companyId)
        .returningAll()
        .executeTakeFirst();
      return row && toCompany(row);
    },
    async addGroup({ groupId, companyId, name }) {
      const { numInsertedOrUpdatedRows } = await database
        .insertInto('device_groups')
        .values({ group_id: groupId, company_id: companyId, name })
        .onConflict((conflict) => conflict.columns(['company_id', 'name']).doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },
    async listGroups(companyId) {
      const rows = await database
        .selectFrom('device_groups')
        .selectAll()
        .where('company_id', '=', companyId)
        .orderBy('name')
        .execute();
      return rows.map(toGroup);
    },
    async findGroup(companyId, groupId) {
      const row = await database
        .selectFrom('device_groups')
        .selectAll()
        .where('company_id', '=', companyId)
        .where('group_id', '=', groupId)
        .executeTakeFirst();
      return row && toGroup(row);
    },
    async renameGroup(companyId, groupId, name) {
      try {
        const row = await database
          .updateTable('device_groups')
          .set({ name })
          .where('company_id', '=', companyId)
          .where('group_id', '=', groupId)
          .returningAll()
          .executeTakeFirst();
        return row && toGroup(row);
      } catch (error) {
        if (isUniqueViolation(error)) return 'taken';
        throw error;
      }
    },
    deleteGroup: (companyId, groupId) =>
      // On PostgreSQL somebody may put a device into the group between two of these statements.
      retryWhile(isForeignKeyViolation, () =>
        database.transaction().execute(async (transaction) => {
          const group = await transaction
            .selectFrom('device_groups')
            .select('group_id')
            .where('company_id', '=', companyId)
            .where('group_id', '=', groupId)
            .executeTakeFirst();
          if (group === undefined) return undefined;
          await transaction
            .updateTable('enrolment_tokens')
            .set({ group_id: null })
            .where('group_id', '=', groupId)
            .execute();
          const devices = await transaction
            .updateTable('devices')
            .set({ group_id: null })
            .where('group_id', '=', groupId)
            .returningAll()
            .execute();
          const grants = await transaction
            .deleteFrom('grants')
            .where('group_id', '=', groupId)
            .returning('account_id')
            .execute();
          const { numDeletedRows } = await transaction
            .deleteFrom('device_groups')
            .where('group_id', '=', groupId)
            .executeTakeFirst();
          if (numDeletedRows === 0n) return undefined;
          return {
            devices: devices.map(toDevice),
            accountIds: [...new Set(grants.map((grant) => grant.account_id))],
          };
        }),
      ),
  };
}

/** A company's row, for transactions that write more than that. */
export async function insertCompany(
  database: Database,
  { companyId, name, idleThresholdMs, retention, createdAtMs }: Company,
): Promise<void> {
  await database
    .insertInto('companies')
    .values({
      company_id: companyId,
      name,
      idle_threshold_ms: idleThresholdMs,
      created_at_ms: createdAtMs,
      ...retentionColumns(retention),
    })
    .execute();
}

function retentionColumns({ maxAgeMs, maxBytes, minAgeMs }: Retention) {
  return {
    retention_max_age_ms: maxAgeMs,
    retention_max_bytes: maxBytes,
    retention_min_age_ms: minAgeMs,
  };
}

/** A company as its row says. */
export function toCompany(row: Selectable<Schema['companies']>): Company {
  return {
    companyId: row.company_id,
    name: row.name,
    idleThresholdMs: row.idle_threshold_ms,
    retention: {
      maxAgeMs: row.retention_max_age_ms,
      maxBytes: row.retention_max_bytes,
      minAgeMs: row.retention_min_age_ms,
    },
    createdAtMs: row.created_at_ms,
  };
}

function toGroup(row: Selectable<Schema['device_groups']>): Group {
  return { groupId: row.group_id, companyId: row.company_id, name: row.name };
}
