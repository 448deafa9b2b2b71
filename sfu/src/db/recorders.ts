import { recorderStatus, type RecorderStatus } from '@sightline/shared';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

/** A recorder that has ever been ready. */
export interface StoredRecorder {
  recorderId: string;
  mediaBaseUrl: string;
  /** Ed25519, SPKI in PEM. */
  publicKey: string;
  keyId: string;
  lastSeenMs: number;
  status: RecorderStatus | null;
}

/** The recorders. */
export interface RecordersRepository {
  /** Enters it, or replaces what was known. */
  put(recorder: StoredRecorder): Promise<void>;
  find(recorderId: string): Promise<StoredRecorder | undefined>;
  /** In order of their ids. */
  list(): Promise<StoredRecorder[]>;
}

/** The {@link RecordersRepository} on a database. */
export function createRecordersRepository(database: Database): RecordersRepository {
  const all = () => database.selectFrom('recorders').selectAll().orderBy('recorder_id');

  return {
    async put(recorder) {
      const known = {
        media_base_url: recorder.mediaBaseUrl,
        public_key: recorder.publicKey,
        key_id: recorder.keyId,
        last_seen_ms: recorder.lastSeenMs,
        status: recorder.status === null ? null : JSON.stringify(recorder.status),
      };
      await database
        .insertInto('recorders')
        .values({ recorder_id: recorder.recorderId, ...known })
        .onConflict((conflict) => conflict.column('recorder_id').doUpdateSet(known))
        .execute();
    },
    async find(recorderId) {
      const row = await all().where('recorder_id', '=', recorderId).executeTakeFirst();
      return row && toRecorder(row);
    },
    list: async () => (await all().execute()).map(toRecorder),
  };
}

function toRecorder(row: Schema['recorders']): StoredRecorder {
  return {
    recorderId: row.recorder_id,
    mediaBaseUrl: row.media_base_url,
    publicKey: row.public_key,
    keyId: row.key_id,
    lastSeenMs: row.last_seen_ms,
    // What an older version wrote may lack what this one wants to know; the recorder tells it anew.
    status: row.status === null ? null : (recorderStatus.safeParse(JSON.parse(row.status)).data ?? null),
  };
}
