import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Companies, accounts, enrolment, devices, presence and the audit log. */
export const identity: Migration = {
  async up(database) {
    await createOrganisation(database);
    await createAccounts(database);
    await createDevices(database);
    await createPresence(database);
    await createAudit(database);
    await database.schema.alterTable('sessions').addColumn('device_id', 'text').execute();
    await database.schema
      .createIndex('sessions_open')
      .on('sessions')
      .columns(['ended_at_ms', 'device_id'])
      .execute();
  },
};

async function createOrganisation({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('companies')
    .addColumn('company_id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('idle_threshold_ms', 'bigint', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('device_groups')
    .addColumn('group_id', 'text', (column) => column.primaryKey())
    .addColumn('company_id', 'text', (column) => column.notNull().references('companies.company_id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addUniqueConstraint('device_groups_name', ['company_id', 'name'])
    .execute();
}

async function createAccounts({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('accounts')
    .addColumn('account_id', 'text', (column) => column.primaryKey())
    .addColumn('email', 'text', (column) => column.notNull().unique())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('password_hash', 'text')
    .addColumn('must_change_password', 'integer', (column) => column.notNull())
    .addColumn('totp_secret', 'text')
    .addColumn('totp_last_step', 'bigint')
    .addColumn('oidc_subject', 'text', (column) => column.unique())
    .addColumn('disabled', 'integer', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('grants')
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.account_id'))
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('company_id', 'text', (column) => column.references('companies.company_id'))
    .addColumn('group_id', 'text', (column) => column.references('device_groups.group_id'))
    .addPrimaryKeyConstraint('grants_key', ['account_id', 'position'])
    .execute();
  await schema
    .createTable('account_sessions')
    .addColumn('session_hash', 'text', (column) => column.primaryKey())
    .addColumn('token_hash', 'text', (column) => column.notNull().unique())
    .addColumn('previous_hash', 'text', (column) => column.unique())
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.account_id'))
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .execute();
  await schema.createIndex('account_sessions_of').on('account_sessions').column('account_id').execute();
}

async function createDevices({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('enrolment_tokens')
    .addColumn('token_id', 'text', (column) => column.primaryKey())
    .addColumn('secret_hash', 'text', (column) => column.notNull().unique())
    .addColumn('company_id', 'text', (column) => column.notNull().references('companies.company_id'))
    .addColumn('group_id', 'text', (column) => column.references('device_groups.group_id'))
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('uses_left', 'integer', (column) => column.notNull())
    .execute();
  await schema
    .createTable('devices')
    .addColumn('device_id', 'text', (column) => column.primaryKey())
    .addColumn('company_id', 'text', (column) => column.notNull().references('companies.company_id'))
    .addColumn('group_id', 'text', (column) => column.references('device_groups.group_id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('credential_hash', 'text', (column) => column.notNull().unique())
    .addColumn('enrolled_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at_ms', 'bigint')
    .execute();
  await schema.createIndex('devices_by_company').on('devices').columns(['company_id', 'user_id']).execute();
  await schema
    .createIndex('devices_active_user')
    .unique()
    .on('devices')
    .columns(['company_id', 'user_id'])
    .where(sql.ref('revoked_at_ms'), 'is', null)
    .execute();
}

async function createPresence({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('connections')
    .addColumn('device_id', 'text', (column) => column.primaryKey().references('devices.device_id'))
    .addColumn('connection_id', 'text')
    .addColumn('user_name', 'text', (column) => column.notNull())
    .addColumn('host_name', 'text', (column) => column.notNull())
    .addColumn('os', 'text', (column) => column.notNull())
    .addColumn('is_connected', 'integer', (column) => column.notNull())
    .addColumn('is_reconnecting', 'integer', (column) => column.notNull())
    .addColumn('is_streaming', 'integer', (column) => column.notNull())
    .addColumn('is_paused', 'integer', (column) => column.notNull())
    .addColumn('connected_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_seen_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('grace_ends_at_ms', 'bigint')
    .addColumn('session_id', 'text')
    .addColumn('ticket_number', 'bigint', (column) => column.notNull())
    .addColumn('ticket_issued_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('ticket_connection_id', 'text', (column) => column.notNull())
    .addColumn('ticket_confirmed', 'integer', (column) => column.notNull())
    .addColumn('last_message', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('pending_messages')
    .addColumn('device_id', 'text', (column) => column.notNull().references('devices.device_id'))
    .addColumn('message_number', 'bigint', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('pending_messages_key', ['device_id', 'message_number'])
    .execute();
  await schema
    .createTable('idle_alerts')
    .addColumn('alert_id', 'text', (column) => column.primaryKey())
    .addColumn('company_id', 'text', (column) => column.notNull().references('companies.company_id'))
    .addColumn('device_id', 'text', (column) => column.notNull().references('devices.device_id'))
    .addColumn('idle_since_ms', 'bigint', (column) => column.notNull())
    .addColumn('raised_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('ended_at_ms', 'bigint')
    .execute();
  await schema
    .createIndex('idle_alerts_by_company')
    .on('idle_alerts')
    .columns(['company_id', 'raised_at_ms'])
    .execute();
}

async function createAudit({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('audit_entries')
    .addColumn('chain', 'text', (column) => column.notNull())
    .addColumn('entry_number', 'bigint', (column) => column.notNull())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('actor_kind', 'text', (column) => column.notNull())
    .addColumn('actor_id', 'text', (column) => column.notNull())
    .addColumn('actor_name', 'text', (column) => column.notNull())
    .addColumn('address', 'text')
    .addColumn('details', 'text', (column) => column.notNull())
    .addColumn('previous_hash', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('audit_entries_key', ['chain', 'entry_number'])
    .execute();
}
