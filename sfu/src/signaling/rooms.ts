import type { Reach } from '../identity/authorise.ts';

/** Viewers who may see every client there is. */
const EVERYWHERE = 'everywhere';
const companyRoom = (companyId: string): string => `company:${companyId}`;
// The company is in the name: a grant that names another company's group reaches nobody.
const groupRoom = (companyId: string, groupId: string): string => `group:${companyId}:${groupId}`;

/** What a client belongs to. */
export interface ClientScope {
  readonly companyId: string;
  readonly groupId: string | null;
}

/** The Socket.IO rooms that hold all viewers who may see a client. What is sent to them is encoded once. */
export function roomsOfClient({ companyId, groupId }: ClientScope): string[] {
  const rooms = [EVERYWHERE, companyRoom(companyId)];
  return groupId === null ? rooms : [...rooms, groupRoom(companyId, groupId)];
}

/** The rooms that a viewer joins to hear of all clients within reach. */
export function roomsOfViewer({ everywhere, companies }: Reach): string[] {
  if (everywhere) return [EVERYWHERE];
  return [...companies].flatMap(([companyId, groups]) =>
    groups === 'all' ? [companyRoom(companyId)] : [...groups].map((groupId) => groupRoom(companyId, groupId)),
  );
}

/** All viewers who may see recordings, and thus what is wrong with keeping them. */
export const STORAGE_ROOM = 'storage';
/** The room of a session's dashboards. */
export const sessionRoom = (sessionHash: string): string => `session:${sessionHash}`;
/** The room of an account's dashboards. */
export const accountRoom = (accountId: string): string => `account:${accountId}`;
