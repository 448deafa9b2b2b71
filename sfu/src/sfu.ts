import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { ClientDirectory } from './clients/directory.ts';
import type { Database } from './db/database.ts';
import { createRecordingsRepository } from './db/recordings.ts';
import { createSegmentWriter } from './db/segmentWriter.ts';
import type { CertificateWatch } from './exposure/certificate.ts';
import type { Exposure } from './exposure/exposure.ts';
import { createGate } from './exposure/gate.ts';
import { createListener } from './exposure/listener.ts';
import { createHttpServer, type PageFolders } from './http/server.ts';
import type { MediaEngine } from './media/types.ts';
import { createRecordingCoordinator } from './recording/coordinator.ts';
import { RecorderPool } from './recording/recorderPool.ts';
import { serveAgent } from './signaling/agentConnection.ts';
import { serveRecorder } from './signaling/recorderConnection.ts';
import { createSignalingServer } from './signaling/server.ts';
import { companyRoom, serveViewer } from './signaling/viewerConnection.ts';
import { announceToViewers } from './viewers/announce.ts';
import type { RecordingStateOf } from './viewers/clientViews.ts';

/** Until there are accounts, everybody belongs to this company. */
const ONLY_COMPANY = 'default';

/** What an sfu is made of. */
export interface SfuDeps {
  engine: MediaEngine;
  database: Database;
  pages: PageFolders;
  exposure: Exposure;
  /** Undefined: it does not speak TLS itself. */
  certificate: CertificateWatch | undefined;
  recorderSecret: string;
  segmentMs: number;
  clock: Clock;
  logger: Logger;
}

/** A running sfu. */
export interface Sfu {
  readonly directory: ClientDirectory;
  /** Opens the port. Resolves with the address. @throws the system's error, such as EADDRINUSE */
  listen(): Promise<string>;
  /** Ends runs and sessions, then everything else (docs/closures.md). May be called again. */
  close(): Promise<void>;
}

/** Puts the parts of the sfu together. It owns `engine`, `database` and `certificate` from now on. */
export async function createSfu(deps: SfuDeps): Promise<Sfu> {
  const { engine, database, recorderSecret, clock, logger } = deps;
  const companyId = ONLY_COMPANY;
  const repository = createRecordingsRepository(database);
  const leftovers = await repository.closeLeftovers();
  if (leftovers.sessions > 0)
    logger.warn({ ...leftovers, code: 'leftovers-closed' }, 'the last server left these open');

  const directory = new ClientDirectory(logger);
  const recorders = new RecorderPool(logger);
  const segmentWriter = createSegmentWriter(repository, clock);
  const coordinator = createRecordingCoordinator({
    directory,
    recorders,
    repository,
    segmentMs: deps.segmentMs,
    clock,
    logger,
  });
  const { exposure, certificate } = deps;
  const gate = createGate(exposure);
  const http = await createHttpServer({
    pages: deps.pages,
    exposure,
    gate,
    listener: createListener(certificate),
    sessions: { companyId, repository, recorders, recorderSecret, clock },
    logger,
  });
  const recorded = (): boolean => recorders.pick() !== undefined;
  const recordingStateOf: RecordingStateOf = (sessionId, trackId) => coordinator.stateOf(sessionId, trackId);
  const signaling = createSignalingServer({
    httpServer: http.server,
    gate,
    recorderSecret,
    clock,
    logger,
    handlers: {
      agent: (socket, limiter) =>
        serveAgent(socket, limiter, {
          engine,
          directory,
          companyId,
          recorded,
          clock,
          logger,
        }),
      viewer: (socket, limiter) =>
        serveViewer(socket, limiter, { engine, directory, companyId, recordingStateOf, clock, logger }),
      recorder: (socket, limiter) =>
        serveRecorder(socket, limiter, { recorders, coordinator, repository, segmentWriter, logger }),
    },
  });
  announceToViewers({
    directory,
    coordinator,
    recordingStateOf,
    toCompany: (company) => signaling.viewers.to(companyRoom(company)),
  });

  const tellAgents = (): void => {
    signaling.agents.emit('recorded', { recorded: recorded() });
  };
  recorders.events.on('ready', tellAgents);
  recorders.events.on('lost', tellAgents);

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    for (const client of directory.all()) client.close('connection-lost');
    await coordinator.close();
    await segmentWriter.flush();
    await signaling.close();
    engine.close();
    await http.close();
    certificate?.close();
    await database.destroy();
  };
  return {
    directory,
    listen: () => http.listen({ host: exposure.host, port: exposure.port }),
    close: () => (closing ??= close()),
  };
}
