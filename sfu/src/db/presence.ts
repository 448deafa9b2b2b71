import type { MachineInfo } from '@sightline/shared';
import type { Database } from './database.ts';

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
