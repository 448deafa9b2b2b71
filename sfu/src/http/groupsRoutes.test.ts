import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createAdministrationHarness,
  credentialOf,
  type AdministrationHarness,
} from './administrationHarness.ts';

let harness: AdministrationHarness;
beforeEach(async () => {
  harness = await createAdministrationHarness();
});
afterEach(() => harness.close());

const GROUPS = '/companies/acme/groups';
const addGroup = async (name: string): Promise<string> => {
  const { body } = await harness.send('ada', 'POST', GROUPS, { name });
  return (body as { groupId: string }).groupId;
};
const SALES = { groupId: 'sales', companyId: 'acme', name: 'Sales' };

describe('groups', () => {
  it('are listed as far as the role reaches', async () => {
    const groupId = await addGroup('Legal');
    const legal = { groupId, companyId: 'acme', name: 'Legal' };
    await expect(harness.send('sam', 'GET', GROUPS)).resolves.toMatchObject({
      body: { groups: [legal, SALES] },
    });
    const { body } = await harness.send('gil', 'GET', GROUPS);
    expect(body).toEqual({ groups: [SALES] });
  });

  it('are created and renamed, on record', async () => {
    const groupId = await addGroup('Legal');
    await expect(
      harness.send('ada', 'PATCH', `${GROUPS}/${groupId}`, { name: 'Law' }),
    ).resolves.toMatchObject({
      status: 200,
      body: { groupId, companyId: 'acme', name: 'Law' },
    });
    await expect(harness.audited('acme')).resolves.toMatchObject([
      { action: 'group-created', actor: { id: 'ada' }, details: { groupId, name: 'Legal' } },
      { action: 'group-changed', actor: { id: 'ada' }, details: { groupId, name: 'Law' } },
    ]);
  });

  it('that are deleted leave devices in none, and take their grants and the sessions of who had one along', async () => {
    await harness.credentials.authenticate(credentialOf('desk'));
    await expect(harness.send('ada', 'DELETE', `${GROUPS}/sales`)).resolves.toMatchObject({ status: 204 });
    expect(harness.told).toEqual([['changed', 'desk of none']]);
    await expect(harness.credentials.authenticate(credentialOf('desk'))).resolves.toMatchObject({
      groupId: null,
    });
    await expect(harness.send('gil', 'GET', '/companies')).resolves.toMatchObject({ status: 401 });
    await expect(harness.repositories.accounts.find('gil')).resolves.toMatchObject({ grants: [] });
    await expect(harness.send('sam', 'GET', '/companies')).resolves.toMatchObject({ status: 200 });
    await expect(harness.audited('acme')).resolves.toMatchObject([
      { action: 'group-deleted', details: { groupId: 'sales', devices: 1, accounts: 2 } },
    ]);
  });

  it('that are deleted take out devices that came in at the last moment, and leave those that went', async () => {
    const { devices, organisation } = harness.repositories;
    const deleteGroup = organisation.deleteGroup.bind(organisation);
    organisation.deleteGroup = async (...of) => {
      await devices.change('acme', 'desk', { groupId: null });
      await devices.change('acme', 'phone', { groupId: 'sales' });
      return deleteGroup(...of);
    };
    await expect(harness.send('ada', 'DELETE', `${GROUPS}/sales`)).resolves.toMatchObject({ status: 204 });
    expect(harness.told).toEqual([['changed', 'phone of none']]);
  });

  it.each([
    ['sam', 'POST', '', { name: 'Legal' }, 403, 'forbidden'],
    ['eve', 'POST', '', { name: 'Legal' }, 404, 'unknown-company'],
    ['ada', 'POST', '', { name: 'Sales' }, 409, 'name-taken'],
    ['ada', 'POST', '', { name: ' ' }, 400, 'bad-request'],
    ['sam', 'PATCH', '/sales', { name: 'Law' }, 403, 'forbidden'],
    ['ada', 'PATCH', '/ops', { name: 'Law' }, 404, 'unknown-group'],
    ['sam', 'DELETE', '/sales', undefined, 403, 'forbidden'],
    ['ada', 'DELETE', '/ops', undefined, 404, 'unknown-group'],
  ] as const)('refuse %s %s %s %j', async (person, method, path, payload, status, code) => {
    await expect(harness.send(person, method, `${GROUPS}${path}`, payload)).resolves.toMatchObject({
      status,
      body: { code },
    });
    await expect(harness.audited('acme')).resolves.toEqual([]);
  });

  it('refuse a name that another group has', async () => {
    const groupId = await addGroup('Legal');
    await expect(
      harness.send('ada', 'PATCH', `${GROUPS}/${groupId}`, { name: 'Sales' }),
    ).resolves.toMatchObject({
      status: 409,
      body: { code: 'name-taken' },
    });
  });
});
