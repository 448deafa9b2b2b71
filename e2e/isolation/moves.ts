import { agentRequests, createRequester } from '@sightline/shared';
import { startAgent } from './agents.ts';
import type { Cast } from './eventMatrix.ts';
import { listenTo } from './hearing.ts';
import { mayBeShown } from './httpTable.ts';
import type { Outcome } from './outcome.ts';
import type { ViewerCell } from './viewerRows.ts';
import { consumeAnywhere } from './viewers.ts';
import { nameOf, type DevicePlace, type World } from './world.ts';

/**
 * Moves a device between the groups of its company while it is watched: who may not see it any more loses it with
 * what he watches of it, and hears no more of it; who may from now on hears of it.
 */
export async function moveDevices(world: World, { viewers }: Cast): Promise<Outcome> {
  const outcome: Outcome = { expected: {}, actual: {} };
  const [home] = world.homes;
  const [one, two] = home.groups;
  const none = { companyId: home.companyId, groupId: null };
  const ways: readonly (readonly [string, DevicePlace, DevicePlace])[] = [
    ['out of the first group', one, two],
    ['out of all groups', one, none],
    ['into the first group', two, one],
  ];
  for (const [way, from, to] of ways) {
    const { device, producerId, sessionId, socket } = await startAgent(world, from);
    const before = viewers.filter((viewer) => mayBeShown(viewer.kind, viewer.home, from));
    const consumers = new Map<ViewerCell, string>();
    for (const viewer of before) consumers.set(viewer, await consumeAnywhere(viewer.request, producerId));
    const ids = [device.deviceId, sessionId];

    const moving = viewers.map((viewer) => ({ viewer, hearing: listenTo(viewer.socket) }));
    const path = `/api/v1/companies/${home.companyId}/devices/${device.deviceId}`;
    await world.stack.api('PATCH', path, { groupId: to.groupId });
    for (const { viewer, hearing } of moving) {
      const key = `${viewer.kind} of ${nameOf(world, viewer.home)}, ${way}`;
      const stays = mayBeShown(viewer.kind, viewer.home, to);
      const lost = before.includes(viewer) ? ['client-removed', 'consumer-closed'] : [];
      outcome.expected[key] = (stays ? ['client-updated'] : lost).join(', ');
      outcome.actual[key] = (await hearing.about(...ids, consumers.get(viewer) ?? '')).join(', ');
    }

    const afterwards = viewers.map((viewer) => ({ viewer, hearing: listenTo(viewer.socket) }));
    await createRequester(socket, agentRequests)('pause-streaming', {});
    for (const { viewer, hearing } of afterwards) {
      const key = `${viewer.kind} of ${nameOf(world, viewer.home)}, after ${way}`;
      outcome.expected[key] = mayBeShown(viewer.kind, viewer.home, to) ? 'client-updated' : '';
      outcome.actual[key] = (await hearing.about(...ids)).join(', ');
    }
    socket.disconnect();
  }
  return outcome;
}
