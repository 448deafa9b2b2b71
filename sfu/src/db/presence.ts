import type { MachineInfo } from '@sightline/shared';
import { sql } from 'kysely';
import { inBatches } from './batches.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

/** What has to be known of a device's connection after a restart; VaahShare's row. */
export interface ConnectionRecord {
  deviceId: string;
  /** The socket's id; null while there is none. */
  connectionId: string | null;
  machine: MachineInfo;
  state: 'online' | 'reconnecting' | 'offline';
  streaming: boolean;
  paused: boolean;
  connectedAtMs: number;
  lastSeenAtMs: number;
  /** Null unless reconnecting. */
  graceEndsAtMs: number | null;
  /** The open session; null: none. */
  sessionId: string | null;
  ticket: { number: number; issuedAtMs: number; connectionId: string; confirmed: boolean };
  /** Number of the newest message. */
  lastMessage: number;
}

/** A message that waits for its agent's confirmation. */
export interface PendingMessage {
  deviceId: string;
  number: number;
  name: string;
  /** JSON. */
  payload: string;
}

/** What changes together: all of it is written, or nothing. */
export interface PresenceChanges {
  /** Rows to insert or replace; at most one per device. */
  connections: readonly ConnectionRecord[];
  messages: readonly PendingMessage[];
  /** Messages up to and including this number are confirmed, or dropped. */
  confirmed: readonly { deviceId: string; upTo: number }[];
}

/** Presence as it is on disk. */
export interface PresenceRepository {
  /** One transaction. Resolves when it is durable. */
  write(changes: PresenceChanges): Promise<void>;
  /** Every row of a device that is not revoked. */
  connections(): Promise<ConnectionRecord[]>;
  /** Every message that is not confirmed, by device and number. */
  pendingMessages(): Promise<PendingMessage[]>;
}

const COLUMNS = [
  'device_id',
  'connection_id',
  'user_name',
  'host_name',
  'os',
  'is_connected',
  'is_reconnecting',
  'is_streaming',
  'is_paused',
  'connected_at_ms',
  'last_seen_at_ms',
  'grace_ends_at_ms',
  'session_id',
  'ticket_number',
  'ticket_issued_at_ms',
  'ticket_connection_id',
  'ticket_confirmed',
  'last_message',
] as const satisfies readonly (keyof Schema['connections'])[];

/** The {@link PresenceRepository} on a database. */
export function createPresenceRepository(database: Database): PresenceRepository {
  return {
    write: ({ connections, messages, confirmed }) =>
      database.transaction().execute(async (transaction) => {
        // In the same order by everybody: PostgreSQL's row locks then cannot deadlock.
        const inOrder = connections.toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
        for (const batch of inBatches(inOrder, COLUMNS.length)) await putConnections(transaction, batch);
        for (const batch of inBatches(messages, 4)) await putMessages(transaction, batch);
        for (const batch of inBatches(confirmed, 2)) await deleteConfirmed(transaction, batch);
      }),
    async connections() {
      const rows = await database
        .selectFrom('connections')
        .innerJoin('devices', 'devices.device_id', 'connections.device_id')
        .selectAll('connections')
        .where('devices.revoked_at_ms', 'is', null)
        .execute();
      return rows.map(toConnection);
    },
    async pendingMessages() {
      const rows = await database
        .selectFrom('pending_messages')
        .selectAll()
        .orderBy('device_id')
        .orderBy('message_number')
        .execute();
      return rows.map((row) => ({
        deviceId: row.device_id,
        number: row.message_number,
        name: row.name,
        payload: row.payload,
      }));
    },
  };
}

async function putConnections(transaction: Database, batch: readonly ConnectionRecord[]): Promise<void> {
  await transaction
    .insertInto('connections')
    .values(batch.map(toRow))
    .onConflict((conflict) =>
      conflict
        .column('device_id')
        .doUpdateSet((row) => Object.fromEntries(COLUMNS.map((name) => [name, row.ref(`excluded.${name}`)]))),
    )
    .execute();
}

/** Puts, rather than adds: a commit whose acknowledgement was lost may be tried again. */
async function putMessages(transaction: Database, batch: readonly PendingMessage[]): Promise<void> {
  await transaction
    .insertInto('pending_messages')
    .values(
      batch.map(({ deviceId, number, name, payload }) => ({
        device_id: deviceId,
        message_number: number,
        name,
        payload,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['device_id', 'message_number'])
        .doUpdateSet((row) => ({ name: row.ref('excluded.name'), payload: row.ref('excluded.payload') })),
    )
    .execute();
}

async function deleteConfirmed(transaction: Database, batch: PresenceChanges['confirmed']): Promise<void> {
  const rows = batch.map(({ deviceId, upTo }) => sql`(${deviceId}, cast(${upTo} as bigint))`);
  await sql`
    with confirmed (device_id, up_to) as (values ${sql.join(rows)})
    delete from pending_messages where (device_id, message_number) in (
      select pending.device_id, pending.message_number
      from confirmed join pending_messages as pending
        on pending.device_id = confirmed.device_id and pending.message_number <= confirmed.up_to
    )`.execute(transaction);
}

function toRow(record: ConnectionRecord): Schema['connections'] {
  const { machine, ticket } = record;
  return {
    device_id: record.deviceId,
    connection_id: record.connectionId,
    user_name: machine.userName,
    host_name: machine.hostName,
    os: machine.os,
    is_connected: Number(record.state === 'online'),
    is_reconnecting: Number(record.state === 'reconnecting'),
    is_streaming: Number(record.streaming),
    is_paused: Number(record.paused),
    connected_at_ms: record.connectedAtMs,
    last_seen_at_ms: record.lastSeenAtMs,
    grace_ends_at_ms: record.graceEndsAtMs,
    session_id: record.sessionId,
    ticket_number: ticket.number,
    ticket_issued_at_ms: ticket.issuedAtMs,
    ticket_connection_id: ticket.connectionId,
    ticket_confirmed: Number(ticket.confirmed),
    last_message: record.lastMessage,
  };
}

function toConnection(row: Schema['connections']): ConnectionRecord {
  return {
    deviceId: row.device_id,
    connectionId: row.connection_id,
    machine: { userName: row.user_name, hostName: row.host_name, os: row.os },
    state: row.is_connected === 1 ? 'online' : row.is_reconnecting === 1 ? 'reconnecting' : 'offline',
    streaming: row.is_streaming === 1,
    paused: row.is_paused === 1,
    connectedAtMs: row.connected_at_ms,
    lastSeenAtMs: row.last_seen_at_ms,
    graceEndsAtMs: row.grace_ends_at_ms,
    sessionId: row.session_id,
    ticket: {
      number: row.ticket_number,
      issuedAtMs: row.ticket_issued_at_ms,
      connectionId: row.ticket_connection_id,
      confirmed: row.ticket_confirmed === 1,
    },
    lastMessage: row.last_message,
  };
}
