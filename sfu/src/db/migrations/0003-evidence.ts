import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** A day: what {@link DEFAULT_RETENTION} says, as it was when this step was released. */
const MIN_AGE_MS = 86_400_000;

/** Ledger, healing, holds, retention, recorders, seals and exports. */
export const evidence: Migration = {
  async up(database) {
    await extendRecordings(database);
    await createLedger(database);
    await createRetention(database);
    await createRecorders(database);
    await createExports(database);
  },
};

async function extendRecordings({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('companies').addColumn('retention_max_age_ms', 'bigint').execute();
  await schema.alterTable('companies').addColumn('retention_max_bytes', 'bigint').execute();
  await schema
    .alterTable('companies')
    .addColumn('retention_min_age_ms', 'bigint', (column) => column.notNull().defaultTo(MIN_AGE_MS))
    .execute();
  await schema
    .alterTable('runs')
    .addColumn('source', 'text', (column) => column.notNull().defaultTo('live'))
    .execute();
  await schema.alterTable('runs').addColumn('recorder_id', 'text').execute();
  await schema
    .alterTable('segments')
    .addColumn('sha256', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await schema
    .alterTable('segments')
    .addColumn('holes', 'text', (column) => column.notNull().defaultTo('[]'))
    .execute();
  await schema.alterTable('segments').addColumn('deleted_at_ms', 'bigint').execute();
  await schema
    .createIndex('sessions_by_user')
    .on('sessions')
    .columns(['company_id', 'user_id', 'started_at_ms'])
    .execute();
}

async function createLedger({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('interruptions')
    .addColumn('interruption_id', 'text', (column) => column.primaryKey())
    .addColumn('session_id', 'text', (column) => column.notNull().references('sessions.session_id'))
    .addColumn('track_id', 'text')
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('from_ms', 'bigint', (column) => column.notNull())
    .addColumn('to_ms', 'bigint')
    .execute();
  await schema
    .createIndex('interruptions_by_session')
    .on('interruptions')
    .columns(['session_id', 'from_ms'])
    .execute();
  await schema
    .createTable('ledger_closings')
    .addColumn('session_id', 'text', (column) => column.notNull().references('sessions.session_id'))
    .addColumn('recorder_id', 'text', (column) => column.notNull())
    .addColumn('ended_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('closed_at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('ledger_closings_key', ['session_id', 'recorder_id'])
    .execute();
  await schema
    .createTable('pieces')
    .addColumn('piece_id', 'text', (column) => column.primaryKey())
    .addColumn('session_id', 'text', (column) => column.notNull().references('sessions.session_id'))
    .addColumn('track_id', 'text', (column) => column.notNull())
    .addColumn('device_id', 'text', (column) => column.notNull())
    .addColumn('recorder_id', 'text', (column) => column.notNull())
    .addColumn('from_ms', 'bigint', (column) => column.notNull())
    .addColumn('to_ms', 'bigint', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('mime_type', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('message', 'text')
    .addColumn('offered_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('changed_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await schema.createIndex('pieces_by_session').on('pieces').column('session_id').execute();
  await schema.createIndex('pieces_by_device').on('pieces').column('device_id').execute();
}

async function createRetention({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('holds')
    .addColumn('hold_id', 'text', (column) => column.primaryKey())
    .addColumn('company_id', 'text', (column) => column.notNull().references('companies.company_id'))
    .addColumn('session_id', 'text')
    .addColumn('user_id', 'text')
    .addColumn('from_ms', 'bigint')
    .addColumn('to_ms', 'bigint')
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('placed_by', 'text', (column) => column.notNull())
    .addColumn('placed_by_name', 'text', (column) => column.notNull())
    .addColumn('placed_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('released_at_ms', 'bigint')
    .addColumn('released_by', 'text')
    .addColumn('released_by_name', 'text')
    .addColumn('release_reason', 'text')
    .execute();
  await schema.createIndex('holds_by_company').on('holds').column('company_id').execute();
  await schema
    .createTable('deletion_claims')
    .addColumn('claim_id', 'text', (column) => column.primaryKey())
    .addColumn('session_id', 'text', (column) => column.notNull().references('sessions.session_id'))
    .addColumn('recorder_id', 'text', (column) => column.notNull())
    .addColumn('cause', 'text', (column) => column.notNull())
    .addColumn('claimed_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('begun_at_ms', 'bigint')
    .addColumn('deleted_at_ms', 'bigint')
    .addColumn('deleted_bytes', 'bigint')
    .execute();
  await schema
    .createIndex('deletion_claims_by_session')
    .on('deletion_claims')
    .columns(['session_id', 'recorder_id'])
    .execute();
  await schema
    .createIndex('deletion_claims_open')
    .unique()
    .on('deletion_claims')
    .columns(['session_id', 'recorder_id'])
    .where(sql.ref('deleted_at_ms'), 'is', null)
    .execute();
}

async function createRecorders({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('recorders')
    .addColumn('recorder_id', 'text', (column) => column.primaryKey())
    .addColumn('media_base_url', 'text', (column) => column.notNull())
    .addColumn('public_key', 'text', (column) => column.notNull())
    .addColumn('key_id', 'text', (column) => column.notNull())
    .addColumn('last_seen_ms', 'bigint', (column) => column.notNull())
    .addColumn('status', 'text')
    .execute();
  await schema
    .createTable('company_seals')
    .addColumn('company_id', 'text', (column) => column.notNull())
    .addColumn('entry_number', 'bigint', (column) => column.notNull())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .addColumn('recorder_id', 'text', (column) => column.notNull())
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('seal_number', 'bigint', (column) => column.notNull())
    .addColumn('sealed_hash', 'text', (column) => column.notNull())
    .addColumn('key_id', 'text', (column) => column.notNull())
    .addColumn('signature', 'text', (column) => column.notNull())
    .addColumn('previous_hash', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('company_seals_key', ['company_id', 'entry_number'])
    .addUniqueConstraint('company_seals_once', ['session_id', 'recorder_id', 'seal_number'])
    .execute();
}

async function createExports({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('exports')
    .addColumn('export_id', 'text', (column) => column.primaryKey())
    .addColumn('company_id', 'text', (column) => column.notNull().references('companies.company_id'))
    .addColumn('requested_by', 'text', (column) => column.notNull())
    .addColumn('requested_by_name', 'text', (column) => column.notNull())
    .addColumn('requested_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('export_order', 'text', (column) => column.notNull())
    .addColumn('recorder_id', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('progress', 'real', (column) => column.notNull())
    .addColumn('message', 'text')
    .addColumn('bytes', 'bigint')
    .addColumn('finished_at_ms', 'bigint')
    .execute();
  await schema
    .createIndex('exports_by_company')
    .on('exports')
    .columns(['company_id', 'requested_at_ms'])
    .execute();
}
