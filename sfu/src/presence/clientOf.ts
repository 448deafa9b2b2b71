import type { MachineInfo } from '@sightline/shared';
import { AgentClient } from '../clients/agentClient.ts';
import type { PresenceContext } from './context.ts';
import type { DevicePresence } from './devicePresence.ts';

/** Makes the client of a device; what it has to tell its agent goes by the device's messages. */
export function createClientOf(
  device: DevicePresence,
  machine: MachineInfo,
  { clock, directory, engine }: PresenceContext,
): AgentClient {
  return new AgentClient(
    { device: device.device, machine, connectedAtMs: device.connectedAtMs },
    {
      engine,
      clock,
      events: directory.events,
      notifier: {
        watched: (viewers) => device.tell('watched', { viewers }),
        // An agent that is away is not told: the answer when it is back says that nothing was kept.
        publishAgain: () => {
          if (device.state === 'online') device.tell('publish-again', { reason: 'worker-died' });
        },
        // One that is away records by itself, and begins with what it sent.
        offerSent: (trackId) => {
          if (device.state === 'online') device.tell('offer-sent', { trackId });
        },
      },
    },
  );
}
