import { expect, it } from '@jest/globals';
import { auditQuery } from './api/audit.ts';
import { accountOrder } from './api/identity.ts';
import { companyOrder } from './api/organisation.ts';
import { machineInfo } from './machine.ts';
import { id } from './media.ts';

it.each(['a\u0000b', 'a\nb', 'a\u001b[31mb', 'a\ud800b'])('refuses %j wherever text is kept', (text) => {
  const machine = { userName: 'ann', hostName: 'desk', os: 'Debian' };
  const order = { email: 'ann@example.org', name: text, grants: [] };
  for (const [schema, value] of [
    [id, text],
    [companyOrder, { name: text }],
    [accountOrder.pick({ email: true, name: true }), order],
    [auditQuery, { actorId: text }],
    [machineInfo, { ...machine, hostName: text }],
    [machineInfo, { ...machine, os: text }],
  ] as const)
    expect(schema.safeParse(value).success).toBe(false);
});

it('takes text in any language', () => {
  for (const name of ['Zoë', '漢字 😀', 'شركة'])
    expect(companyOrder.parse({ name: ` ${name} ` })).toEqual({ name });
});
