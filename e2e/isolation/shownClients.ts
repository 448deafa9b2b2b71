import type { Cast } from './eventMatrix.ts';
import { mayBeShown } from './httpTable.ts';
import type { Outcome } from './outcome.ts';
import { nameOf, type World } from './world.ts';

/** Asks every dashboard which clients it is shown: all within its reach, and no other. */
export async function showClients(world: World, { agents, viewers }: Cast): Promise<Outcome> {
  const outcome: Outcome = { expected: {}, actual: {} };
  for (const { kind, home, request } of viewers) {
    const key = `${kind} of ${nameOf(world, home)}`;
    const { clients } = await request('watch-clients', {});
    const shown = new Set(clients.map(({ clientId }) => clientId));
    const beyond = clients.filter((client) => !mayBeShown(kind, home, client));
    const missing = [...agents.values()].filter(
      ({ device }) => mayBeShown(kind, home, device) && !shown.has(device.deviceId),
    );
    outcome.expected[key] = '0 beyond reach, 0 missing';
    outcome.actual[key] = `${beyond.length} beyond reach, ${missing.length} missing`;
  }
  return outcome;
}
