import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  createPresenceRepository,
  type ConnectionRecord,
  type PendingMessage,
  type PresenceChanges,
} from '../presence.ts';
import { connectionOf, seedDevices } from './fixtures.ts';
import { freshDatabase, type CreateEmptyDatabase } from './testDatabase.ts';

const DEVICES = ['d1', 'd2', 'd3'];

/** What the persisted presence must do on every database. */
export function presenceSuite(create: CreateEmptyDatabase): void {
  describe('presence', () => {
    const database = freshDatabase(create);
    const presence = () => createPresenceRepository(database());
    const nothing: PresenceChanges = { connections: [], messages: [], confirmed: [] };
    const message = (deviceId: string, number: number): PendingMessage => ({
      deviceId,
      number,
      name: 'notice',
      payload: `{"n":${number}}`,
    });

    it.each<Partial<ConnectionRecord>>([
      { state: 'online', streaming: true, sessionId: 's1' },
      { state: 'online', paused: true, lastMessage: 2 ** 40 },
      { state: 'reconnecting', connectionId: null, graceEndsAtMs: 1_800_000_060_000 },
      { state: 'offline', connectionId: null },
    ])('gives back what was written: %j', async (change) => {
      await seedDevices(database(), ['d1']);
      const record = connectionOf('d1', change);
      await presence().write({ ...nothing, connections: [connectionOf('d1')] });
      await presence().write({ ...nothing, connections: [record] });
      expect(await presence().connections()).toEqual([record]);
    });

    it('writes all of a change or nothing', async () => {
      await seedDevices(database(), ['d1']);
      const write = presence().write({
        connections: [connectionOf('d1')],
        messages: [message('d1', 1), message('unknown', 1)],
        confirmed: [],
      });
      await expect(write).rejects.toThrow(/foreign key/i);
      expect(await presence().connections()).toEqual([]);
      expect(await presence().pendingMessages()).toEqual([]);
    });

    it('takes the same messages again, for the first attempt may have got through', async () => {
      await seedDevices(database(), ['d1']);
      const changes = { ...nothing, messages: [message('d1', 2), message('d1', 1)] };
      await presence().write(changes);
      await presence().write(changes);
      expect(await presence().pendingMessages()).toEqual([message('d1', 1), message('d1', 2)]);
    });

    it('holds, after any changes, what a model in memory holds', async () => {
      await seedDevices(database(), DEVICES);
      const deviceId = fc.constantFrom(...DEVICES);
      const changes = fc.record({
        connections: fc.uniqueArray(
          fc
            .record({
              deviceId,
              state: fc.constantFrom('online', 'reconnecting', 'offline'),
              streaming: fc.boolean(),
              lastSeenAtMs: fc.nat(),
            })
            .map(({ deviceId: id, ...change }) => connectionOf(id, change)),
          { selector: (record) => record.deviceId },
        ),
        messages: fc.uniqueArray(
          fc.tuple(deviceId, fc.integer({ min: 1, max: 20 })).map(([id, number]) => message(id, number)),
          { selector: ({ deviceId: id, number }) => `${id} ${number}`, maxLength: 12 },
        ),
        confirmed: fc.array(fc.record({ deviceId, upTo: fc.nat(20) }), { maxLength: 4 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(changes, { maxLength: 6 }), async (schedule) => {
          await database().deleteFrom('pending_messages').execute();
          await database().deleteFrom('connections').execute();
          const model = createModel();
          for (const step of schedule) {
            model.write(step);
            await presence().write(step);
          }
          expect((await presence().connections()).toSorted(byDevice)).toEqual(model.connections());
          expect(await presence().pendingMessages()).toEqual(model.messages());
        }),
        { numRuns: 40 },
      );
    });

    it('writes thousands of rows at once', async () => {
      const ids = Array.from({ length: 4_000 }, (_, n) => `d${String(n).padStart(4, '0')}`);
      await seedDevices(database(), []);
      for (const half of [ids.slice(0, 2_000), ids.slice(2_000)]) {
        const rows = half.map((id) => ({
          device_id: id,
          company_id: 'c1',
          group_id: null,
          name: id,
          user_id: id,
          credential_hash: id,
          enrolled_at_ms: 0,
          revoked_at_ms: null,
        }));
        await database().insertInto('devices').values(rows).execute();
      }
      const messages = ids.flatMap((id) => [message(id, 1), message(id, 2), message(id, 3)]);
      await presence().write({ connections: ids.map((id) => connectionOf(id)), messages, confirmed: [] });
      await presence().write({ ...nothing, confirmed: ids.map((deviceId) => ({ deviceId, upTo: 2 })) });
      expect(await presence().connections()).toHaveLength(4_000);
      expect(await presence().pendingMessages()).toEqual(ids.map((id) => message(id, 3)));
    });
  });
}

const byDevice = (a: { deviceId: string }, b: { deviceId: string }) => (a.deviceId < b.deviceId ? -1 : 1);

function createModel() {
  const connections = new Map<string, ConnectionRecord>();
  const messages = new Map<string, PendingMessage>();
  return {
    write(changes: PresenceChanges) {
      for (const record of changes.connections) connections.set(record.deviceId, record);
      for (const entry of changes.messages) messages.set(`${entry.deviceId} ${entry.number}`, entry);
      for (const { deviceId, upTo } of changes.confirmed)
        for (const [key, entry] of messages)
          if (entry.deviceId === deviceId && entry.number <= upTo) messages.delete(key);
    },
    connections: () => [...connections.values()].toSorted(byDevice),
    messages: () =>
      [...messages.values()].toSorted((a, b) =>
        a.deviceId === b.deviceId ? a.number - b.number : byDevice(a, b),
      ),
  };
}
