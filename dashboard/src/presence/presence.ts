import type { ClientView } from '@sightline/shared';
import { formatAge, formatDateTime } from '../ui/format.ts';

/** How a client is shown. The order is that of lists: whoever needs a look comes first. */
export const PRESENCE_KINDS = ['reconnecting', 'online', 'idle', 'paused', 'offline'] as const;

/** One of {@link PRESENCE_KINDS}. */
export type PresenceKind = (typeof PRESENCE_KINDS)[number];

/** What is said of a client. */
export interface PresenceText {
  kind: PresenceKind;
  /** A few words. */
  text: string;
  /** The whole of it, with the times. */
  long: string;
}

/** What counts most of all that is true of a client. */
export function presenceKind({ presence, paused, idleSinceMs }: ClientView): PresenceKind {
  if (presence.state !== 'online') return presence.state;
  if (paused) return 'paused';
  return idleSinceMs === null ? 'online' : 'idle';
}

/** Puts into words how a client stands at `nowMs` of the server's clock. */
export function describePresence(client: ClientView, nowMs: number): PresenceText {
  const { presence, idleSinceMs } = client;
  if (presence.state === 'offline') {
    if (presence.lastSeenAtMs === null) return of('offline', 'Never seen', 'It has enrolled and never came.');
    const age = formatAge(nowMs - presence.lastSeenAtMs);
    return of('offline', `Seen ${age} ago`, `Offline, last seen ${formatDateTime(presence.lastSeenAtMs)}.`);
  }
  if (presence.state === 'reconnecting') {
    const leftSeconds = Math.max(0, Math.floor((presence.graceEndsAtMs - nowMs) / 1_000));
    const long = `Its connection is lost. Without a return within ${leftSeconds} s it counts as offline.`;
    return of('reconnecting', `Reconnecting, ${leftSeconds} s`, long);
  }
  const connected = `Connected since ${formatDateTime(presence.connectedAtMs)}.`;
  if (client.paused) return of('paused', 'Paused', `Its user has paused the session. ${connected}`);
  if (idleSinceMs === null) return of('online', 'Online', connected);
  const idle = `Nobody has touched it since ${formatDateTime(idleSinceMs)}.`;
  return of('idle', `Idle for ${formatAge(nowMs - idleSinceMs)}`, idle);
}

const of = (kind: PresenceKind, text: string, long: string): PresenceText => ({ kind, text, long });
