import { describe, expect, it } from '@jest/globals';
import { ProtocolError } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { aDevice } from '../clients/aDevice.ts';
import type { AgentLink } from '../presence/connection.ts';
import { admitTo } from './agentConnection.ts';

const logger = createLogger('test', 'silent');

function createLink(): AgentLink & { readonly told: readonly string[] } {
  const told: string[] = [];
  return {
    told,
    connectionId: 'connection-1',
    notify: (...[name]) => void told.push(name),
    deliver: () => undefined,
    disconnect: () => void told.push('disconnected'),
  };
}

const refuseWith = (error: Error) => ({
  admit: () => {
    throw error;
  },
});

describe('a connection that presence does not take', () => {
  it('is told if its device was revoked meanwhile, and closed, and nothing is thrown past those who listen', () => {
    const link = createLink();
    const presence = refuseWith(new ProtocolError('device-revoked', 'This device was revoked.'));
    expect(admitTo(presence, aDevice(), link, logger)).toBeUndefined();
    expect(link.told).toEqual(['device-revoked', 'disconnected']);
  });

  it('is not told so when it is the server that goes: it may come back', () => {
    const link = createLink();
    const presence = refuseWith(new ProtocolError('not-connected', 'The server is going.'));
    expect(admitTo(presence, aDevice(), link, logger)).toBeUndefined();
    expect(link.told).toEqual(['disconnected']);
  });

  it('does not hide what is our own fault', () => {
    const presence = refuseWith(new TypeError('a mistake'));
    expect(() => admitTo(presence, aDevice(), createLink(), logger)).toThrow('a mistake');
  });
});
