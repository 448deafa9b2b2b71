import { describe, expect, it } from '@jest/globals';
import { createAccountsRepository } from '../accounts.ts';
import { createOrganisationRepository } from '../organisation.ts';
import { accountOf, companyOf, sessionOf } from './fixtures.ts';
import { freshDatabase, type CreateEmptyDatabase } from './testDatabase.ts';

/** What accounts and their sessions must do on every database. */
export function accountsSuite(create: CreateEmptyDatabase): void {
  describe('accounts', () => {
    const database = freshDatabase(create);
    const accounts = () => createAccountsRepository(database());
    const owner = { role: 'owner' as const, companyId: null, groupId: null };
    const admin = { role: 'admin' as const, companyId: 'c1', groupId: null };

    it('keeps an account with its grants, in their order', async () => {
      await createOrganisationRepository(database()).addCompany(companyOf('c1'));
      const account = accountOf('a1', {
        totpSecret: 'encrypted',
        totpLastStep: 58_000_000,
        oidcSubject: 'https://issuer subject',
        mustChangePassword: false,
        disabled: true,
        grants: [owner, admin, owner],
      });
      expect(await accounts().count()).toBe(0);
      expect(await accounts().add(account)).toBe(true);
      expect(await accounts().add(accountOf('a0'))).toBe(true);
      expect(await accounts().count()).toBe(2);
      expect(await accounts().find('a1')).toEqual(account);
      expect(await accounts().findByEmail('a1@example.org')).toEqual(account);
      expect(await accounts().findByOidcSubject('https://issuer subject')).toEqual(account);
      expect(await accounts().list()).toEqual([accountOf('a0'), account]);
      expect(await accounts().find('none')).toBeUndefined();
    });

    it('gives an e-mail address to one account only, also at the same moment', async () => {
      const ids = ['a1', 'a2', 'a3', 'a4'];
      const added = await Promise.all(
        ids.map((id) => accounts().add(accountOf(id, { email: 'same@example.org', grants: [owner] }))),
      );
      expect(added.filter(Boolean)).toHaveLength(1);
      expect(await accounts().count()).toBe(1);
    });

    it('adds the first account with a company, both or neither', async () => {
      const first = accountOf('a1', { grants: [owner] });
      const cutShort = accounts().addFirst(first, companyOf('c1'), () => {
        throw new Error('killed');
      });
      await expect(cutShort).rejects.toThrow('killed');
      expect(await accounts().count()).toBe(0);
      const asked = [companyOf('c1'), companyOf('c2')].map((company, index) =>
        accounts().addFirst({ ...first, accountId: `a${index}` }, company, () => undefined),
      );
      expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
      expect(await createOrganisationRepository(database()).listCompanies()).toHaveLength(1);
    });

    it('changes what it is told to, and grants as a whole', async () => {
      await createOrganisationRepository(database()).addCompany(companyOf('c1'));
      const account = accountOf('a1', { grants: [owner, admin] });
      await accounts().add(account);
      expect(await accounts().change('a1', {})).toEqual(account);
      const patch = {
        name: 'New',
        passwordHash: null,
        mustChangePassword: false,
        totpSecret: 'encrypted',
        oidcSubject: 'issuer subject',
        disabled: true,
      };
      expect(await accounts().change('a1', patch)).toEqual({ ...account, ...patch });
      expect(await accounts().change('a1', { grants: [admin] })).toEqual({
        ...account,
        ...patch,
        grants: [admin],
      });
      expect(await accounts().change('none', { name: 'x' })).toBeUndefined();
    });

    it('changes nothing of an account whose new grants are for a company that is not there', async () => {
      const account = accountOf('a1', { grants: [owner] });
      await accounts().add(account);
      await expect(accounts().change('a1', { name: 'New', grants: [admin] })).rejects.toThrow(/foreign key/i);
      expect(await accounts().find('a1')).toEqual(account);
    });

    it('accepts a time step of the second factor once, and none before it', async () => {
      await accounts().add(accountOf('a1'));
      const used = await Promise.all([1, 2, 3].map(() => accounts().useTotpStep('a1', 100)));
      expect(used.filter(Boolean)).toHaveLength(1);
      expect(await accounts().useTotpStep('a1', 99)).toBe(false);
      expect(await accounts().useTotpStep('a1', 101)).toBe(true);
      expect(await accounts().useTotpStep('none', 101)).toBe(false);
    });

    it('finds a session by its token, or the one before, until it expires', async () => {
      await accounts().add(accountOf('a1'));
      await accounts().addSession(sessionOf('s1'));
      const next = { tokenHash: 't2', lastUsedAtMs: 2_000, expiresAtMs: 12_000 };
      const rotations = await Promise.all([
        accounts().rotateSession('s1', next),
        accounts().rotateSession('s1', { ...next, tokenHash: 't3' }),
      ]);
      expect(rotations.filter(Boolean)).toHaveLength(1);
      const found = await accounts().findSession('s1', 11_999);
      expect(found).toMatchObject({
        session: { sessionHash: 's1', previousHash: 's1', lastUsedAtMs: 2_000, expiresAtMs: 12_000 },
        account: { accountId: 'a1' },
      });
      expect(await accounts().findSession(found?.session.tokenHash ?? '', 11_999)).toEqual(found);
      expect(await accounts().findSession('s1', 12_000)).toBeUndefined();
      expect(await accounts().findSession('none', 0)).toBeUndefined();
    });

    it('extends sessions, none beyond its longest', async () => {
      await accounts().add(accountOf('a1'));
      for (const [hash, createdAtMs] of [
        ['young', 2_000],
        ['old', 1_000],
        ['other', 2_000],
      ] as const) {
        await accounts().addSession(sessionOf(hash, { createdAtMs, expiresAtMs: 5_000 }));
      }
      await accounts().extendSessions(['young', 'old', 'gone'], 8_500, 7_000);
      await accounts().extendSessions([], 9_000, 7_000);
      const expiries = ['young', 'old', 'other'].map(
        async (hash) => (await accounts().findSession(hash, 0))?.session,
      );
      expect((await Promise.all(expiries)).map((session) => session?.expiresAtMs)).toEqual([
        8_500, 8_000, 5_000,
      ]);
    });

    it('ends one session, all others of an account, or those that expired', async () => {
      await accounts().add(accountOf('a1'));
      await accounts().add(accountOf('a2'));
      for (const hash of ['s1', 's2', 's3']) await accounts().addSession(sessionOf(hash));
      await accounts().addSession(sessionOf('s4', { accountId: 'a2', expiresAtMs: 5_000 }));
      expect((await accounts().deleteSessionsOf('a1', 's2')).toSorted()).toEqual(['s1', 's3']);
      await accounts().deleteSession('s2');
      expect(await accounts().deleteSessionsOf('a1')).toEqual([]);
      expect(await accounts().deleteExpiredSessions(4_999)).toEqual([]);
      expect(await accounts().deleteExpiredSessions(5_000)).toEqual([{ accountId: 'a2', sessionHash: 's4' }]);
    });
  });
}
