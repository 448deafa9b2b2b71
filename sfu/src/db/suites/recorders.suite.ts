import { describe, expect, it } from '@jest/globals';
import type { RecorderStatus } from '@sightline/shared';
import { createRecordersRepository, type StoredRecorder } from '../recorders.ts';
import { freshDatabase, type CreateEmptyDatabase } from './testDatabase.ts';

const STATUS: RecorderStatus = {
  disk: { state: 'low', freeBytes: 2 ** 40, totalBytes: 2 ** 41 },
  store: { kind: 'local', backlogSegments: 0, backlogBytes: 0 },
  admission: { open: false, reason: 'overloaded', message: 'Wait.' },
  runs: 3,
  problems: [{ code: 'disk-low', message: 'Make room.', sinceMs: 5 }],
};

const recorderOf = (recorderId: string, change: Partial<StoredRecorder> = {}): StoredRecorder => ({
  recorderId,
  mediaBaseUrl: 'http://127.0.0.1:9',
  publicKey: 'PEM',
  keyId: 'a'.repeat(64),
  lastSeenMs: 1_700_000_000_000,
  status: null,
  ...change,
});

/** What the table of recorders must do on every database. */
export function recordersSuite(create: CreateEmptyDatabase): void {
  describe('recorders', () => {
    const database = freshDatabase(create);
    const recorders = () => createRecordersRepository(database());

    it('are listed by id, each as it was put last', async () => {
      await recorders().put(recorderOf('r2'));
      await recorders().put(recorderOf('r1'));
      await recorders().put(recorderOf('r2', { status: STATUS, mediaBaseUrl: 'http://127.0.0.2:9' }));
      const second = recorderOf('r2', { status: STATUS, mediaBaseUrl: 'http://127.0.0.2:9' });
      await expect(recorders().list()).resolves.toEqual([recorderOf('r1'), second]);
      await expect(recorders().find('r2')).resolves.toEqual(second);
      await expect(recorders().find('r3')).resolves.toBeUndefined();
    });
  });
}
