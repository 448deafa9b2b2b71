import type { ClientView } from '@sightline/shared';

/** A client for tests: online, not streaming, in company `c1`, unless told otherwise. */
export const clientOf = (clientId: string, more: Partial<ClientView> = {}): ClientView => ({
  clientId,
  companyId: 'c1',
  groupId: null,
  deviceName: `device-${clientId}`,
  userId: `user-${clientId}@ws`,
  userName: `user-${clientId}`,
  hostName: 'ws',
  os: 'Debian 12',
  presence: { state: 'online', connectedAtMs: 0 },
  idleSinceMs: null,
  paused: false,
  tracks: [],
  ...more,
});

/** What makes such a client a streaming one. */
export const streaming = (clientId: string): Partial<ClientView> => ({
  session: { sessionId: `s-${clientId}`, startedAtMs: 0 },
  tracks: [
    { trackId: 'display-1', label: 'Display 1', routerId: `r-${clientId}`, producers: {}, recording: 'off' },
  ],
});
