import { describe, expect, it } from '@jest/globals';
import { createDevicesRepository } from '../devices.ts';
import { createIdleAlertsRepository } from '../idleAlerts.ts';
import { seedDevices } from './fixtures.ts';
import { freshDatabase, type CreateEmptyDatabase } from './testDatabase.ts';

/** What idle alerts must do on every database. */
export function idleAlertsSuite(create: CreateEmptyDatabase): void {
  describe('idle alerts', () => {
    const database = freshDatabase(create);
    const alerts = () => createIdleAlertsRepository(database());
    const alert = (alertId: string, clientId: string, raisedAtMs: number) => ({
      alertId,
      companyId: 'c1',
      clientId,
      idleSinceMs: raisedAtMs - 600,
      raisedAtMs,
    });

    it('are listed with their device, the newest first, and only of the groups asked for', async () => {
      await seedDevices(database(), ['d1', 'd2']);
      await createDevicesRepository(database()).change('c1', 'd2', { groupId: 'g1' });
      await alerts().add(alert('i1', 'd1', 5_000));
      await alerts().add(alert('i2', 'd2', 6_000));
      const second = {
        ...alert('i2', 'd2', 6_000),
        deviceName: 'Device d2',
        userId: 'user@d2',
        endedAtMs: null,
      };
      expect(await alerts().list('c1', { limit: 1 })).toEqual([second]);
      expect(await alerts().list('c1', { limit: 10, groupIds: ['g1', 'g2'] })).toEqual([second]);
      expect(await alerts().list('c1', { limit: 10, groupIds: [] })).toEqual([]);
      expect(await alerts().list('c1', { limit: 10 })).toHaveLength(2);
      expect(await alerts().list('c2', { limit: 10 })).toEqual([]);
    });

    it('keep the first end', async () => {
      await seedDevices(database(), ['d1']);
      await alerts().add(alert('i1', 'd1', 5_000));
      await alerts().add(alert('i2', 'd1', 6_000));
      await alerts().end('i1', 7_000);
      await alerts().end('i1', 8_000);
      await alerts().endAll(9_000);
      const listed = await alerts().list('c1', { limit: 10 });
      expect(listed.map(({ endedAtMs }) => endedAtMs)).toEqual([9_000, 7_000]);
    });
  });
}
