import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isWithin, reachOf } from '../identity/authorise.ts';
import { roomsOfClient, roomsOfViewer } from './rooms.ts';

const companyId = fc.constantFrom('acme', 'globex');
const groupId = fc.constantFrom('office', 'reception', null);
const grants = fc.array(
  fc.record({
    role: fc.constantFrom('owner' as const, 'admin' as const, 'supervisor' as const, 'compliance' as const),
    companyId,
    groupId,
  }),
  { maxLength: 4 },
);

describe('rooms', () => {
  it('bring a client to a viewer exactly if it is within reach', () => {
    fc.assert(
      fc.property(grants, companyId, groupId, (granted, company, group) => {
        const reach = reachOf({ accountId: 'sue', name: 'Sue', grants: granted }, 'live.view');
        const client = { companyId: company, groupId: group };
        const joined = roomsOfViewer(reach);
        expect(roomsOfClient(client).some((room) => joined.includes(room))).toBe(isWithin(reach, client));
      }),
    );
  });
});
