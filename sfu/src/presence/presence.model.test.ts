import { describe, expect, it } from '@jest/globals';
import type { Device, LoginAnswer } from '@sightline/shared';
import fc from 'fast-check';
import { GRACE_MS, createScene, type Scene, type TestAgent } from './scene.ts';

/** What may happen next to device number `device`, or to the server. */
type Step =
  | { what: 'connect' | 'relogin' | 'drop' | 'app-closed' | 'late-end' | 'stream' | 'revoke'; device: number }
  /** The connection goes while its login is under way. */
  | { what: 'lost-login'; device: number }
  | { what: 'pass'; ms: number }
  | { what: 'set-clock'; ms: number }
  | { what: 'restart'; downMs: number };

const DEVICES = 3;

const device = fc.nat(DEVICES - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      what: fc.constantFrom(
        'connect' as const,
        'relogin' as const,
        'relogin' as const,
        'drop' as const,
        'drop' as const,
        'app-closed' as const,
        'late-end' as const,
        'stream' as const,
        'lost-login' as const,
      ),
      device,
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('revoke' as const), device }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('pass' as const),
      ms: fc.constantFrom(100, 30_000, GRACE_MS - 1, GRACE_MS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('set-clock' as const),
      ms: fc.integer({ min: -100_000, max: 100_000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('restart' as const),
      downMs: fc.constantFrom(0, 30_000, 2 * GRACE_MS),
    }),
  },
);

/** The agent's side of one device: what it knows, and the connections that it may still have open. */
interface Side {
  device: Device;
  connections: TestAgent[];
  /** The one that logged in last, while the agent has it and has not left. */
  current: TestAgent | undefined;
  ticket: string | undefined;
  isRevoked: boolean;
}

const ignore = (): undefined => undefined;

async function perform(scene: Scene, sides: readonly Side[], what: Step): Promise<void> {
  switch (what.what) {
    case 'pass':
      scene.clock.advance(what.ms);
      return;
    case 'set-clock':
      scene.clock.moveWallClock(what.ms);
      return;
    case 'restart':
      await scene.restart(what.downMs);
      for (const side of sides) {
        side.connections = [];
        side.current = undefined;
      }
      return;
    default: {
      const side = sides[what.device];
      if (side !== undefined && !side.isRevoked) await performOn(scene, side, what.what);
    }
  }
}

async function performOn(
  scene: Scene,
  side: Side,
  what: Extract<Step, { device: number }>['what'],
): Promise<void> {
  const newest = side.connections.at(-1);
  const keep = (connection: TestAgent, answer: LoginAnswer | undefined): void => {
    if (answer === undefined) return;
    side.ticket = answer.ticket;
    side.current = connection;
  };
  const drop = (connection: TestAgent | undefined): void => {
    connection?.drop();
    if (side.current === connection) side.current = undefined;
  };
  switch (what) {
    case 'connect': {
      const connection = scene.connect(side.device);
      side.connections.push(connection);
      keep(connection, await connection.login().catch(ignore));
      return;
    }
    case 'relogin': {
      if (side.ticket === undefined) return;
      const connection = scene.connect(side.device);
      side.connections.push(connection);
      keep(connection, await connection.relogin(side.ticket).catch(ignore));
      return;
    }
    case 'lost-login': {
      const connection = scene.connect(side.device);
      const login = side.ticket === undefined ? connection.login() : connection.relogin(side.ticket);
      connection.drop();
      await login.catch(ignore);
      return;
    }
    case 'drop':
      drop(side.connections.pop());
      return;
    case 'late-end':
      drop(side.connections.shift());
      return;
    case 'app-closed':
      if (newest === undefined) return;
      await scene.done(newest.admitted.appClosed().catch(ignore));
      if (side.current === newest) side.current = undefined;
      return;
    case 'stream':
      if (newest !== undefined) await newest.publish().catch(ignore);
      return;
    case 'revoke':
      side.isRevoked = true;
      side.current = undefined;
      await scene.repositories.devices.revoke(side.device.companyId, side.device.deviceId, 1);
      scene.presence.deviceRevoked(side.device.deviceId);
  }
}

const LEGAL: Record<string, readonly string[]> = {
  offline: ['connected'],
  online: ['reconnecting', 'disconnected'],
  reconnecting: ['connected', 'disconnected'],
};
const LEADS_TO: Record<string, string> = {
  connected: 'online',
  reconnecting: 'reconnecting',
  disconnected: 'offline',
};

/** Follows what viewers were told since they asked, one device at a time. */
function follow(told: Map<string, string>, broadcasts: readonly string[]): void {
  for (const broadcast of broadcasts) {
    const [event = '', name = ''] = broadcast.split(' ');
    const target = LEADS_TO[event];
    if (target === undefined) continue;
    expect([name, LEGAL[told.get(name) ?? 'offline']]).toEqual([name, expect.arrayContaining([event])]);
    told.set(name, target);
  }
}

describe('presence', () => {
  it('holds together, whatever happens in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const scene = await createScene();
        const sides: Side[] = [];
        for (let number = 0; number < DEVICES; number += 1) {
          const enrolled = await scene.enrol(`d${number}`);
          sides.push({
            device: enrolled,
            connections: [],
            current: undefined,
            ticket: undefined,
            isRevoked: false,
          });
        }
        let told = new Map<string, string>();
        for (const what of steps) {
          await perform(scene, sides, what);
          // Who watches asks anew after a restart.
          if (what.what === 'restart') {
            told = new Map([...scene.presence.devices()].map((each) => [each.device.name, each.state]));
          } else follow(told, scene.broadcasts);
          scene.broadcasts.length = 0;
          const present = [...scene.presence.devices()];
          for (const each of present) {
            expect(each.state).toBe(told.get(each.device.name) ?? 'offline');
            const agent = sides.find((side) => side.device.deviceId === each.deviceId)?.current;
            expect(each.state === 'online').toBe(agent !== undefined && !agent.isDismissed);
            expect(each.current !== undefined).toBe(each.state === 'online');
            expect(each.client !== undefined).toBe(each.state !== 'offline');
            expect(each.graceEndsAtMs !== null).toBe(each.state === 'reconnecting');
          }
        }

        // A grace may end while the first waits: what that changes is written in the second.
        await scene.settle();
        await scene.settle();
        const rows = await scene.repositories.presence.connections();
        const online = [...scene.presence.devices()].filter(({ state }) => state === 'online');
        expect(rows.filter(({ state }) => state === 'online')).toHaveLength(online.length);
        for (const side of sides) {
          const current = side.connections.filter(
            ({ connectionId, isDismissed }) =>
              !isDismissed && rows.some((row) => row.connectionId === connectionId),
          );
          expect(current.length).toBeLessThanOrEqual(1);
        }
        for (const row of rows) {
          const each = [...scene.presence.devices()].find(({ deviceId }) => deviceId === row.deviceId);
          expect(row).toEqual(each?.record());
        }

        for (const side of sides) for (const connection of side.connections) connection.drop();
        scene.clock.advance(GRACE_MS);
        await scene.settle();
        expect([...scene.presence.devices()].map(({ state }) => state)).not.toContain('online');
        expect(scene.clock.pending).toBe(0);
        const open = await scene.repositories.recordings.closeLeftovers();
        expect(open.sessions).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
