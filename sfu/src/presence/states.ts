import type { TransitionTable } from '@sightline/shared';

/** Where a client stands. */
export type ClientState = 'offline' | 'online' | 'reconnecting';

/** What can happen to a client. `left`: its connection went and may not come back. */
export type ClientEvent =
  'login' | 'relogin' | 'taken-over' | 'connection-lost' | 'left' | 'app-closed' | 'grace-over' | 'revoked';

/** The states of a client (ARCHITECTURE.md, section 5). */
export const CLIENT_TABLE = {
  offline: { login: 'online', revoked: 'offline' },
  online: {
    'taken-over': 'online',
    'connection-lost': 'reconnecting',
    left: 'offline',
    'app-closed': 'offline',
    revoked: 'offline',
  },
  reconnecting: { login: 'online', relogin: 'online', 'grace-over': 'offline', revoked: 'offline' },
} as const satisfies TransitionTable<ClientState, ClientEvent>;

/** Where a connection of an agent stands. `failed`: its login could not be made durable. */
export type ConnectionState = 'initialized' | 'connecting' | 'connected' | 'failed' | 'left';

/** What can happen to a connection. `dismissed`: the server ends it. */
export type ConnectionEvent =
  'login' | 'accepted' | 'refused' | 'failed' | 'app-closed' | 'dismissed' | 'lost';

/** The states of a connection: it connects when its login is durable. */
export const CONNECTION_TABLE = {
  initialized: { login: 'connecting', dismissed: 'left', lost: 'left' },
  connecting: {
    accepted: 'connected',
    refused: 'initialized',
    failed: 'failed',
    dismissed: 'left',
    lost: 'left',
  },
  connected: { 'app-closed': 'left', dismissed: 'left', lost: 'left' },
  failed: { dismissed: 'left', lost: 'left' },
  left: {},
} as const satisfies TransitionTable<ConnectionState, ConnectionEvent>;
