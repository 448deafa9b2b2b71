import { describe, expect, it } from '@jest/globals';
import { clientOf } from './fakeClient.ts';
import { describePresence } from './presence.ts';

const NOW_MS = 1_000_000_000;
const online = { state: 'online', connectedAtMs: 0 } as const;

describe('how a client stands', () => {
  it.each([
    [{ presence: online }, 'online', 'Online'],
    [{ presence: online, idleSinceMs: NOW_MS - 12 * 60_000 }, 'idle', 'Idle for 12 min'],
    [{ presence: online, idleSinceMs: NOW_MS - 60_000, paused: true }, 'paused', 'Paused'],
    [
      { presence: { state: 'reconnecting', connectedAtMs: 0, graceEndsAtMs: NOW_MS + 41_200 }, paused: true },
      'reconnecting',
      'Reconnecting, 41 s',
    ],
    [
      { presence: { state: 'reconnecting', connectedAtMs: 0, graceEndsAtMs: NOW_MS - 1 } },
      'reconnecting',
      'Reconnecting, 0 s',
    ],
    [{ presence: { state: 'offline', lastSeenAtMs: NOW_MS - 7_200_000 } }, 'offline', 'Seen 2 h ago'],
    [{ presence: { state: 'offline', lastSeenAtMs: null } }, 'offline', 'Never seen'],
  ] as const)('%j is shown as %s: %s', (client, kind, text) => {
    expect(describePresence(clientOf('1', client), NOW_MS)).toMatchObject({ kind, text });
  });
});
