import type { ClientView } from '@sightline/shared';
import { clientName } from '../stores/clients.ts';

/** Which clients the wall shows; empty ids let all through. */
export interface ClientFilter {
  search: string;
  companyId: string;
  groupId: string;
}

/** Whether every word of the search occurs in the names of client and device, in any case and order. */
function matchesSearch(client: ClientView, search: string): boolean {
  const names = `${clientName(client)} ${client.deviceName}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => names.includes(word));
}

/** Whether the filter lets the client through. */
export const passesFilter = (client: ClientView, { search, companyId, groupId }: ClientFilter): boolean =>
  (companyId === '' || client.companyId === companyId) &&
  (groupId === '' || client.groupId === groupId) &&
  matchesSearch(client, search);
