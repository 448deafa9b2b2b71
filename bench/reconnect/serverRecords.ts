import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';

const messageRow = z.object({ device_id: z.string(), last_message: z.int() });
const sessionRow = z.object({
  session_id: z.string(),
  device_id: z.string(),
  ended_at_ms: z.number().nullable(),
});

/** What the sfu has written down. */
export interface ServerRecords {
  /** The number of the newest message, by device. */
  lastMessages: ReadonlyMap<string, number>;
  sessions: readonly { sessionId: string; deviceId: string; open: boolean }[];
}

/** Reads the sfu's database, which may be in use. */
export function readServerRecords(dataDir: string): ServerRecords {
  const database = new DatabaseSync(join(dataDir, 'sightline.sqlite'), { readOnly: true, timeout: 5_000 });
  try {
    const rows = (sql: string): unknown[] => database.prepare(sql).all();
    const messages = z.array(messageRow).parse(rows('select device_id, last_message from connections'));
    const sessions = z
      .array(sessionRow)
      .parse(rows('select session_id, device_id, ended_at_ms from sessions'));
    return {
      lastMessages: new Map(messages.map((row) => [row.device_id, row.last_message])),
      sessions: sessions.map((row) => ({
        sessionId: row.session_id,
        deviceId: row.device_id,
        open: row.ended_at_ms === null,
      })),
    };
  } finally {
    database.close();
  }
}
