import type { ServerToViewer } from '@sightline/shared';
import type { ClientDirectory } from '../clients/directory.ts';
import type { RecordingCoordinator } from '../recording/coordinator.ts';
import { clientView, type RecordingStateOf } from './clientViews.ts';

/** The way to all viewers of a company. */
export interface ViewerChannel {
  emit<Name extends keyof ServerToViewer>(event: Name, ...args: Parameters<ServerToViewer[Name]>): unknown;
}

/** Tells viewers what happens to the clients of their company. */
export function announceToViewers(deps: {
  directory: ClientDirectory;
  coordinator: RecordingCoordinator;
  recordingStateOf: RecordingStateOf;
  toCompany: (companyId: string) => ViewerChannel;
}): void {
  const { directory, recordingStateOf, toCompany } = deps;
  const view = (client: Parameters<typeof clientView>[0]) => ({
    client: clientView(client, recordingStateOf),
  });
  directory.events.on('connected', (client) => {
    toCompany(client.companyId).emit('client-connected', view(client));
  });
  directory.events.on('updated', (client) => {
    toCompany(client.companyId).emit('client-updated', view(client));
  });
  directory.events.on('disconnected', ({ companyId, clientId }, reason) => {
    toCompany(companyId).emit('client-disconnected', { clientId, reason });
  });
  directory.events.on('session-started', ({ companyId, clientId }, { sessionId }) => {
    toCompany(companyId).emit('start-streaming', { clientId, sessionId });
  });
  directory.events.on('session-ended', ({ companyId, clientId }, { sessionId }, reason) => {
    toCompany(companyId).emit('stop-streaming', { clientId, sessionId, reason });
  });
  deps.coordinator.events.on('alarm', ({ companyId, ...alarm }) => {
    toCompany(companyId).emit('recording-alarm', alarm);
  });
}
