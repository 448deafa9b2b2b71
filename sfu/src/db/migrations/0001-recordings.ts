import type { Migration } from 'kysely/migration';

/** Sessions, their tracks, runs and segments. */
export const recordings: Migration = {
  async up(database) {
    await database.schema
      .createTable('sessions')
      .addColumn('session_id', 'text', (column) => column.primaryKey())
      .addColumn('company_id', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text', (column) => column.notNull())
      .addColumn('user_name', 'text', (column) => column.notNull())
      .addColumn('host_name', 'text', (column) => column.notNull())
      .addColumn('started_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('ended_at_ms', 'bigint')
      .addColumn('end_reason', 'text')
      .execute();
    await database.schema
      .createIndex('sessions_by_company')
      .on('sessions')
      .columns(['company_id', 'started_at_ms'])
      .execute();
    await database.schema
      .createTable('tracks')
      .addColumn('session_id', 'text', (column) => column.notNull().references('sessions.session_id'))
      .addColumn('track_id', 'text', (column) => column.notNull())
      .addColumn('label', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('tracks_key', ['session_id', 'track_id'])
      .execute();
    await database.schema
      .createTable('runs')
      .addColumn('run_id', 'text', (column) => column.primaryKey())
      .addColumn('session_id', 'text', (column) => column.notNull().references('sessions.session_id'))
      .addColumn('track_id', 'text', (column) => column.notNull())
      .addColumn('started_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('ended_at_ms', 'bigint')
      .addColumn('end_reason', 'text')
      .execute();
    await database.schema.createIndex('runs_by_session').on('runs').column('session_id').execute();
    await database.schema
      .createTable('segments')
      .addColumn('run_id', 'text', (column) => column.notNull().references('runs.run_id'))
      .addColumn('segment_index', 'integer', (column) => column.notNull())
      .addColumn('start_ms', 'bigint', (column) => column.notNull())
      .addColumn('duration_ms', 'bigint', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('segments_key', ['run_id', 'segment_index'])
      .execute();
  },
};
