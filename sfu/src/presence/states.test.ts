import { describe, expect, it } from '@jest/globals';
import { createStateMachine } from '@sightline/shared';
import {
  CLIENT_TABLE,
  CONNECTION_TABLE,
  type ClientEvent,
  type ClientState,
  type ConnectionEvent,
  type ConnectionState,
} from './states.ts';

/** For every state what each event leads to; a dash: it does not exist there. */
const CLIENT: Record<ClientState, Record<ClientEvent, ClientState | '-'>> = {
  offline: {
    login: 'online',
    relogin: '-',
    'taken-over': '-',
    'connection-lost': '-',
    left: '-',
    'app-closed': '-',
    'grace-over': '-',
    revoked: 'offline',
  },
  online: {
    login: '-',
    relogin: '-',
    'taken-over': 'online',
    'connection-lost': 'reconnecting',
    left: 'offline',
    'app-closed': 'offline',
    'grace-over': '-',
    revoked: 'offline',
  },
  reconnecting: {
    login: 'online',
    relogin: 'online',
    'taken-over': '-',
    'connection-lost': '-',
    left: '-',
    'app-closed': '-',
    'grace-over': 'offline',
    revoked: 'offline',
  },
};

const CONNECTION: Record<ConnectionState, Record<ConnectionEvent, ConnectionState | '-'>> = {
  initialized: {
    login: 'connecting',
    accepted: '-',
    refused: '-',
    failed: '-',
    'app-closed': '-',
    dismissed: 'left',
    lost: 'left',
  },
  connecting: {
    login: '-',
    accepted: 'connected',
    refused: 'initialized',
    failed: 'failed',
    'app-closed': '-',
    dismissed: 'left',
    lost: 'left',
  },
  connected: {
    login: '-',
    accepted: '-',
    refused: '-',
    failed: '-',
    'app-closed': 'left',
    dismissed: 'left',
    lost: 'left',
  },
  failed: {
    login: '-',
    accepted: '-',
    refused: '-',
    failed: '-',
    'app-closed': '-',
    dismissed: 'left',
    lost: 'left',
  },
  left: {
    login: '-',
    accepted: '-',
    refused: '-',
    failed: '-',
    'app-closed': '-',
    dismissed: '-',
    lost: '-',
  },
};

const keysOf = <Key extends string>(record: Record<Key, unknown>): Key[] => {
  const isKey = (key: string): key is Key => Object.hasOwn(record, key);
  return Object.keys(record).filter(isKey);
};

describe.each(keysOf(CLIENT))('a client that is %s', (initial) => {
  it.each(keysOf(CLIENT[initial]).map((event) => [event, CLIENT[initial][event]] as const))(
    '%s → %s',
    (event, target) => {
      const machine = createStateMachine<ClientState, ClientEvent>({ table: CLIENT_TABLE, initial });
      expect(machine.handle(event).ok).toBe(target !== '-');
      expect(machine.state).toBe(target === '-' ? initial : target);
    },
  );
});

describe.each(keysOf(CONNECTION))('a connection that is %s', (initial) => {
  it.each(keysOf(CONNECTION[initial]).map((event) => [event, CONNECTION[initial][event]] as const))(
    '%s → %s',
    (event, target) => {
      const machine = createStateMachine<ConnectionState, ConnectionEvent>({
        table: CONNECTION_TABLE,
        initial,
      });
      expect(machine.handle(event).ok).toBe(target !== '-');
      expect(machine.state).toBe(target === '-' ? initial : target);
    },
  );
});
