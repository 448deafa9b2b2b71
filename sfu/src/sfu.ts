import { randomUUID } from 'node:crypto';
import type { Clock } from '@sightline/shared';
import { createListener, type CertificateWatch, type Logger } from '@sightline/shared/node';
import { SERVER_ACTOR } from './audit/actors.ts';
import { createAuditLog } from './audit/auditLog.ts';
import { ClientDirectory } from './clients/directory.ts';
import type { Database } from './db/database.ts';
import { createRepositories } from './db/repositories.ts';
import { createSegmentWriter } from './db/segmentWriter.ts';
import { createEvidenceCollector } from './evidence/collectEvidence.ts';
import { createRecorderRegistry } from './evidence/recorderRegistry.ts';
import { createDeviceCredentials } from './enrolment/deviceCredentials.ts';
import { createExports } from './exports/exports.ts';
import type { Exposure } from './exposure/exposure.ts';
import { createGate } from './exposure/gate.ts';
import { apiRoutes } from './http/apiRoutes.ts';
import { createHealing } from './healing/healing.ts';
import { createHttpServer, type PageFolders } from './http/server.ts';
import { createIdentity } from './identity/identity.ts';
import { deriveKey } from './identity/keys.ts';
import { bootstrapOwner, type FirstOwner } from './identity/ownerBootstrap.ts';
import { createPasswords } from './identity/passwords.ts';
import type { OidcConfig } from './identity/singleSignOn.ts';
import { createLedgers } from './ledger/ledgers.ts';
import type { MediaEngine } from './media/types.ts';
import { createPresence } from './presence/presence.ts';
import { createRecordingCoordinator } from './recording/coordinator.ts';
import { RecorderPool } from './recording/recorderPool.ts';
import { createSessionRecords } from './recording/sessionRecords.ts';
import { createMediaHolds } from './retention/mediaHolds.ts';
import { createReconciliation } from './retention/reconciliation.ts';
import { createRetentionKeeper } from './retention/retention.ts';
import { serveAgent } from './signaling/agentConnection.ts';
import { serveRecorder } from './signaling/recorderConnection.ts';
import { createSignalingServer } from './signaling/server.ts';
import { serveViewer } from './signaling/viewerConnection.ts';
import { AccountsOnline } from './viewers/accountsOnline.ts';
import { announceToViewers } from './viewers/announce.ts';
import type { RecordingStateOf } from './viewers/clientViews.ts';
import { createLiveViews } from './viewers/liveViews.ts';

/** What an sfu is made of. */
export interface SfuDeps {
  engine: MediaEngine;
  database: Database;
  pages: PageFolders;
  exposure: Exposure;
  /** Undefined: it does not speak TLS itself. */
  certificate: CertificateWatch | undefined;
  serverSecret: string;
  /** Who gets the first account. */
  owner: FirstOwner;
  /** Undefined: no single sign-on. */
  oidc: OidcConfig | undefined;
  recorderSecret: string;
  segmentMs: number;
  /** How long an agent whose connection is lost may take to come back; 0: it may not. */
  graceMs: number;
  clock: Clock;
  logger: Logger;
}

/** A running sfu. */
export interface Sfu {
  /** Opens the port. Resolves with the address. @throws the system's error, such as EADDRINUSE */
  listen(): Promise<string>;
  /** Ends runs, then everything else (docs/closures.md); sessions stay open for the next server. May be called again. */
  close(): Promise<void>;
}

/** Puts the parts of the sfu together. It owns `engine`, `database` and `certificate` from now on. */
export async function createSfu(deps: SfuDeps): Promise<Sfu> {
  const { engine, database, exposure, certificate, recorderSecret, clock, logger } = deps;
  const repositories = createRepositories(database);
  const { recordings } = repositories;
  const leftovers = await recordings.closeLeftovers();
  if (leftovers.sessions > 0)
    logger.warn({ ...leftovers, code: 'leftovers-closed' }, 'the last server left these open');

  const passwords = createPasswords();
  const audit = createAuditLog({ repository: repositories.audit, clock, logger });
  await bootstrapOwner({ ...repositories, ...deps.owner, passwords, auditLog: audit, clock });
  for (const companyId of [
    null,
    ...(await repositories.organisation.listCompanies()).map((c) => c.companyId),
  ])
    await audit.record({ companyId, action: 'server-started', actor: SERVER_ACTOR, address: null });
  const identity = createIdentity({
    accounts: repositories.accounts,
    passwords,
    serverSecret: deps.serverSecret,
    publicOrigin: exposure.publicOrigin,
    oidc: deps.oidc,
    clock,
    logger,
  });
  const credentials = createDeviceCredentials({ devices: repositories.devices });

  const directory = new ClientDirectory(logger);
  const recorders = new RecorderPool(logger);
  const known = await repositories.recorders.list();
  const registry = createRecorderRegistry({ ...repositories, known, auditLog: audit, clock, logger });
  const segmentWriter = createSegmentWriter(recordings, clock);
  const sessions = createSessionRecords({ directory, repository: recordings, clock, logger });
  const { segmentMs } = deps;
  const coordinator = createRecordingCoordinator({
    directory,
    recorders,
    repository: recordings,
    sessions,
    segmentMs,
    clock,
    logger,
  });
  const presence = await createPresence({
    repositories,
    engine,
    directory,
    sessionWritten: (sessionId) => sessions.written(sessionId),
    ticketKey: deriveKey(deps.serverSecret, 'tickets'),
    graceMs: deps.graceMs,
    clock,
    logger,
  });
  const ledgers = await createLedgers({
    repositories,
    directory,
    presence,
    coordinator,
    recorders,
    sessionWritten: (sessionId) => sessions.written(sessionId),
    clock,
    logger,
  });
  const mediaHolds = createMediaHolds({ repository: repositories.heldMedia, recorders, clock, logger });
  coordinator.events.on('run-entered', (...media) => mediaHolds.mediaExpected(...media));
  const healing = createHealing({
    repositories,
    recorders,
    recorderSecret,
    ledgers,
    mediaHolds,
    auditLog: audit,
    clock,
    logger,
  });
  const liveViews = createLiveViews({ directory, audit, clock });
  const accountsOnline = new AccountsOnline();

  const exports = createExports({
    repository: repositories.exports,
    recordedMedia: repositories.recordedMedia,
    recorders,
    collectEvidence: createEvidenceCollector({ ...repositories, clock }),
    newId: randomUUID,
    clock,
    logger,
  });

  const gate = createGate(exposure);
  const { app: http } = await createHttpServer({
    pages: deps.pages,
    exposure,
    gate,
    listener: createListener(certificate),
    sessions: identity.sessions,
    companyExists: async (companyId) =>
      (await repositories.organisation.findCompany(companyId)) !== undefined,
    declareRoutes: (api) =>
      apiRoutes(api, {
        repositories,
        identity,
        credentials,
        auditLog: audit,
        presence,
        accountsOnline,
        recorders,
        registry,
        mediaHolds,
        exports,
        recorderSecret,
        publicOrigin: exposure.publicOrigin,
        clock,
      }),
    mediaOrigins: () => registry.mediaOrigins(),
    logger,
  });
  const recorded = (): boolean => recorders.pick() !== undefined;
  const recordingStateOf: RecordingStateOf = (sessionId, trackId) => coordinator.stateOf(sessionId, trackId);
  const agentDeps = { presence, ledgers, pieceOffers: healing.offers, recorded, clock, logger };
  const viewerDeps = {
    engine,
    directory,
    presence,
    accountsOnline,
    liveViews,
    recordingStateOf,
    storageProblems: () => registry.problems(),
    clock,
    logger,
  };
  const recorderDeps = {
    recorders,
    registry,
    coordinator,
    repository: recordings,
    exports,
    pieces: healing.pieces,
    segmentWriter,
    ledgers,
    mediaHolds,
    retention: createRetentionKeeper({ deletions: repositories.deletions, auditLog: audit, clock, logger }),
    reconciliation: createReconciliation({
      repository: repositories.reconciliation,
      auditLog: audit,
      logger,
    }),
    logger,
  };
  const signaling = createSignalingServer({
    httpServer: http.server,
    gate,
    credentials,
    sessions: identity.sessions,
    recorderSecret,
    clock,
    logger,
    handlers: {
      agent: (socket, limiter, device) => serveAgent(socket, limiter, device, agentDeps),
      viewer: (socket, limiter, account) => serveViewer(socket, limiter, account, viewerDeps),
      recorder: (socket, limiter) => serveRecorder(socket, limiter, recorderDeps),
    },
  });
  announceToViewers({
    presence,
    directory,
    alarms: [coordinator.events, ledgers.events],
    registry,
    recordingStateOf,
    toRooms: (rooms, except = []) => signaling.viewers.to(rooms).except(except),
  });

  const tellAgents = (): void => {
    for (const device of presence.devices()) device.tell('recorded', { recorded: recorded() });
  };
  recorders.events.on('ready', tellAgents);
  recorders.events.on('lost', tellAgents);

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    identity.sessions.close();
    ledgers.serverGoes();
    await presence.close();
    liveViews.close();
    mediaHolds.close();
    await coordinator.close();
    await segmentWriter.flush();
    await signaling.close();
    engine.close();
    await http.close();
    certificate?.close();
    await ledgers.close();
    await audit.flushed();
    await database.destroy();
  };
  return {
    listen: () => http.listen({ host: exposure.host, port: exposure.port }),
    close: () => (closing ??= close()),
  };
}
