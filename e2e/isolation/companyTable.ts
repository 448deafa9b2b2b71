import { expect } from '@jest/globals';
import { mayBeShown, type Cell, type Sent } from './httpTable.ts';
import type { Kind, Place } from './kinds.ts';
import { NOTHING } from './world.ts';

/** The address of a company. */
export const COMPANY = '/api/v1/companies/:companyId';
/** Who may change what a company has. */
export const MANAGERS: readonly Kind[] = ['owner', 'admin'];
/** Who may look at screens. */
export const VIEWERS: readonly Kind[] = [...MANAGERS, 'supervisor', 'group-admin', 'group-supervisor'];
/** Everybody with a role in it. */
export const MEMBERS: readonly Kind[] = [...VIEWERS, 'compliance', 'group-compliance'];

/** Names the company of the cell. */
export const ofCompany = ({ at }: Cell): Sent => ({ params: { companyId: at.companyId } });
/** The same, with a body. */
export const withBody =
  (body: object) =>
  (cell: Cell): Sent => ({ ...ofCompany(cell), body });

/** Something made at the place of the cell; nowhere, there is nothing. */
const made = async (cell: Cell, make: (at: Place) => Promise<string>): Promise<string> =>
  cell.place === 'nowhere' ? NOTHING : make(cell.at);
/** A group at the place of the cell. */
export const group = (cell: Cell): Promise<string> => made(cell, (at) => cell.world.newGroup(at));
/** An enrolment token there. */
export const token = (cell: Cell): Promise<string> =>
  made(cell, async (at) => (await cell.world.newToken(at)).tokenId);
/** A device there. */
export const device = (cell: Cell): Promise<string> =>
  made(cell, async (at) => (await cell.world.newDevice(at)).device.deviceId);

/** The same, made in the other company, and asked for as if it were of one's own. */
export const foreign = (cell: Cell): Cell => ({
  ...cell,
  at: cell.world.placeOf(cell.home, 'other-company'),
});

/** Looks that a list shows something, and nothing beyond reach. */
export const shown =
  (listOf: (body: string) => readonly { companyId: string; groupId?: string | null }[]) =>
  (body: string, { kind, home, at }: Cell): void => {
    const things = listOf(body);
    for (const thing of things) {
      expect(thing.companyId).toBe(at.companyId);
      expect({ thing, shown: mayBeShown(kind, home, thing) }).toEqual({ thing, shown: true });
    }
    // Each group has a device from the start, so whoever may see any sees some.
    expect(things.length).toBeGreaterThan(0);
  };

/** A group of the company that is not the cell's. */
export function groupElsewhere({ world, at }: Cell): string {
  const elsewhere = world.homes.find(({ companyId }) => companyId !== at.companyId);
  return elsewhere?.groups[0].groupId ?? NOTHING;
}
