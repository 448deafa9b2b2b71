import type { ClientView } from '@sightline/shared';
import { clientName } from '../stores/clients.ts';

/** Whether every word of the search occurs in the client's name, in any case and order. */
export function matchesSearch(client: ClientView, search: string): boolean {
  const name = clientName(client).toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => name.includes(word));
}
