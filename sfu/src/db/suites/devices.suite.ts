import { describe, expect, it } from '@jest/globals';
import { createDevicesRepository } from '../devices.ts';
import { createPresenceRepository } from '../presence.ts';
import { connectionOf, newDevice, seedDevices, tokenOf } from './fixtures.ts';
import { freshDatabase, type CreateEmptyDatabase } from './testDatabase.ts';

/** What enrolment and devices must do on every database. */
export function devicesSuite(create: CreateEmptyDatabase): void {
  describe('devices', () => {
    const database = freshDatabase(create);
    const devices = () => createDevicesRepository(database());
    const userIds = async () => (await devices().listActive()).map(({ userId }) => userId).toSorted();

    it('come in by a token, into its company and group', async () => {
      await seedDevices(database(), []);
      await devices().addEnrolmentToken(tokenOf('t1', { groupId: 'g1' }));
      const device = {
        deviceId: 'd1',
        companyId: 'c1',
        groupId: 'g1',
        name: 'Device d1',
        userId: 'user@d1',
        enrolledAtMs: 2_000,
        revokedAtMs: null,
      };
      expect(await devices().enrol('secret of t1', 2_000, newDevice('d1'))).toEqual(device);
      expect(await devices().findByCredential('credential of d1')).toEqual(device);
      expect(await devices().find('c1', 'd1')).toEqual(device);
      expect(await devices().find('c2', 'd1')).toBeUndefined();
      expect(await devices().list('c1')).toEqual([device]);
      expect(await devices().list('c2')).toEqual([]);
    });

    it('refuse a token that is unknown, expired or used up, and leave it as it was', async () => {
      await seedDevices(database(), []);
      await devices().addEnrolmentToken(tokenOf('once', { usesLeft: 1 }));
      expect(await devices().enrol('no such secret', 2_000, newDevice('d1'))).toBeUndefined();
      expect(await devices().enrol('secret of once', 10_000, newDevice('d1'))).toBeUndefined();
      expect(await devices().enrol('secret of once', 9_999, newDevice('d1'))).toBeDefined();
      expect(await devices().enrol('secret of once', 9_999, newDevice('d2'))).toBeUndefined();
      expect(await devices().listActive()).toHaveLength(1);
    });

    it('use a token no more often than it allows, however many come at once', async () => {
      await seedDevices(database(), []);
      await devices().addEnrolmentToken(tokenOf('five', { usesLeft: 5 }));
      const enrolled = await Promise.all(
        Array.from({ length: 20 }, (_, n) => devices().enrol('secret of five', 2_000, newDevice(`d${n}`))),
      );
      expect(enrolled.filter((device) => device !== undefined)).toHaveLength(5);
      expect(await devices().listActive()).toHaveLength(5);
    });

    it('list and delete the tokens that can still be used', async () => {
      await seedDevices(database(), []);
      await devices().deleteEnrolmentToken('c1', 'seed');
      await devices().addEnrolmentToken(tokenOf('t1', { usesLeft: 1 }));
      await devices().addEnrolmentToken(tokenOf('t2', { createdAtMs: 1_500, groupId: 'g1' }));
      expect(await devices().listEnrolmentTokens('c1', 2_000)).toEqual([
        {
          tokenId: 't2',
          companyId: 'c1',
          groupId: 'g1',
          createdAtMs: 1_500,
          expiresAtMs: 10_000,
          usesLeft: 1_000,
        },
        {
          tokenId: 't1',
          companyId: 'c1',
          groupId: null,
          createdAtMs: 1_000,
          expiresAtMs: 10_000,
          usesLeft: 1,
        },
      ]);
      await devices().enrol('secret of t1', 2_000, newDevice('d1'));
      expect(await devices().deleteEnrolmentToken('c2', 't2')).toBe(false);
      expect(await devices().listEnrolmentTokens('c1', 2_000)).toHaveLength(1);
      expect(await devices().listEnrolmentTokens('c1', 10_000)).toEqual([]);
      expect(await devices().deleteEnrolmentToken('c1', 't2')).toBe(true);
      expect(await devices().deleteEnrolmentToken('c1', 't2')).toBe(false);
    });

    it('get user ids of their own, however many come at once by however many tokens', async () => {
      await seedDevices(database(), []);
      for (const token of ['t1', 't2', 't3', 't4']) await devices().addEnrolmentToken(tokenOf(token));
      await Promise.all(
        Array.from({ length: 24 }, (_, n) =>
          devices().enrol(`secret of t${(n % 4) + 1}`, 2_000, newDevice(`d${n}`, 'a%n_n@de\\sk')),
        ),
      );
      const expected = Array.from({ length: 24 }, (_, n) =>
        n === 0 ? 'a%n_n@de\\sk' : `a%n_n@de\\sk-${n + 1}`,
      );
      expect(await userIds()).toEqual(expected.toSorted());
    });

    it('give the user id of a revoked device to the next one', async () => {
      await seedDevices(database(), []);
      await devices().addEnrolmentToken(tokenOf('t1'));
      for (const id of ['d1', 'd2']) await devices().enrol('secret of t1', 2_000, newDevice(id, 'ann@desk'));
      await devices().revoke('c1', 'd1', 3_000);
      await devices().enrol('secret of t1', 2_000, newDevice('d3', 'ann@desk'));
      expect(await userIds()).toEqual(['ann@desk', 'ann@desk-2']);
      expect(await devices().find('c1', 'd3')).toMatchObject({ userId: 'ann@desk' });
    });

    it('are renamed and grouped, each without the other', async () => {
      await seedDevices(database(), ['d1']);
      expect(await devices().change('c1', 'd1', { groupId: 'g1' })).toMatchObject({ groupId: 'g1' });
      expect(await devices().change('c1', 'd1', { name: 'Till' })).toMatchObject({
        name: 'Till',
        groupId: 'g1',
      });
      expect(await devices().change('c1', 'd1', { groupId: null })).toMatchObject({
        name: 'Till',
        groupId: null,
      });
      expect(await devices().change('c2', 'd1', { name: 'Stolen' })).toBeUndefined();
      await expect(devices().change('c1', 'd1', { groupId: 'none' })).rejects.toThrow(/foreign key/i);
    });

    it('are revoked once, with what waits for them', async () => {
      await seedDevices(database(), ['d1', 'd2']);
      const presence = createPresenceRepository(database());
      const message = { number: 1, name: 'notice', payload: '{}' };
      await presence.write({
        connections: [connectionOf('d1'), connectionOf('d2')],
        messages: [
          { deviceId: 'd1', ...message },
          { deviceId: 'd2', ...message },
        ],
        confirmed: [],
      });
      expect(await devices().revoke('c2', 'd1', 5_000)).toBeUndefined();
      expect(await devices().revoke('c1', 'd1', 5_000)).toMatchObject({ deviceId: 'd1', revokedAtMs: 5_000 });
      expect(await devices().revoke('c1', 'd1', 6_000)).toBeUndefined();
      expect(await devices().findByCredential('credential of d1')).toMatchObject({ revokedAtMs: 5_000 });
      expect((await devices().listActive()).map(({ deviceId }) => deviceId)).toEqual(['d2']);
      expect((await presence.connections()).map(({ deviceId }) => deviceId)).toEqual(['d2']);
      expect((await presence.pendingMessages()).map(({ deviceId }) => deviceId)).toEqual(['d2']);
    });
  });
}
