import type { Clock, MissingReason } from '@sightline/shared';
import type { AgentClient } from '../clients/agentClient.ts';
import type { ClientDirectory } from '../clients/directory.ts';
import type { PublishedProducer } from '../clients/events.ts';
import type { SessionRecord } from '../db/ledgerRecords.ts';
import type { Presence } from '../presence/presence.ts';
import type { RecordingCoordinator } from '../recording/coordinator.ts';
import type { InterruptionLog } from './interruptionLog.ts';

/** A track that is published sooner than this was so from the beginning of its session. */
const AT_ONCE_MS = 1_000;

/** Why a recording that was begun anew had to be. */
const AFTER_ALARM: Partial<Record<string, MissingReason>> = {
  'run-stalled': 'stalled',
  'run-disk-full': 'disk-full',
};

/** What keeps a track from being recorded that the recording itself tells of. */
const OF_RECORDING: readonly MissingReason[] = [
  'recorder-restart',
  'stalled',
  'disk-full',
  'admission-refused',
];

/** Follows what may keep sessions from being recorded. */
export interface Interruptions {
  /** An earlier server had this session open, and nothing was recorded of it since. */
  resumed(record: SessionRecord): void;
  /** Says nothing any more of what now ends with the server. */
  close(): void;
}

/**
 * Keeps on record, in the given log, why nothing can be recorded, from events; the ledger uses it only for what the media
 * leaves open. Has to be created after the coordinator, whose states it reads.
 */
export function followInterruptions(deps: {
  directory: ClientDirectory;
  presence: Pick<Presence, 'events'>;
  coordinator: Pick<RecordingCoordinator, 'events' | 'stateOf'>;
  log: InterruptionLog;
  clock: Clock;
}): Interruptions {
  const { clock, coordinator, directory, log } = deps;
  /** The tracks that each session has had. */
  const known = new Map<string, Set<string>>();
  let isClosed = false;

  const tracksOf = (sessionId: string): Set<string> => {
    const tracks = known.get(sessionId) ?? new Set();
    known.set(sessionId, tracks);
    return tracks;
  };
  const begin = (published: PublishedProducer, reason: MissingReason): void => {
    if (!isClosed) log.begin({ ...placeOf(published), reason });
  };
  const observe = (published: PublishedProducer): void => {
    const { sessionId, trackId } = placeOf(published);
    switch (coordinator.stateOf(sessionId, trackId)) {
      case 'recording':
        log.endTrack(sessionId, trackId);
        return;
      case 'off':
        begin(published, 'recorder-restart');
        return;
      case 'silent':
        begin(published, 'stalled');
        return;
      case 'starting':
      case 'failing':
    }
  };
  const observePause = ({ paused, session }: AgentClient): void => {
    if (session === undefined) return;
    const key = { sessionId: session.sessionId, trackId: null, reason: 'paused-by-user' } as const;
    if (paused) log.begin(key);
    else log.end(key);
  };

  directory.events.on('updated', (client) => {
    if (isClosed) return;
    observePause(client);
    for (const published of client.published) if (published.source === 'full') observe(published);
  });
  directory.events.on('producer-added', (published) => {
    if (published.source !== 'full') return;
    const place = placeOf(published);
    const tracks = tracksOf(place.sessionId);
    const isNew = !tracks.has(place.trackId);
    tracks.add(place.trackId);
    const notShared = { ...place, reason: 'not-shared' } as const;
    const { startedAtMs } = published.session;
    if (isNew && clock.nowMs() - startedAtMs > AT_ONCE_MS) log.begin(notShared, startedAtMs);
    log.end(notShared);
    observe(published);
  });
  directory.events.on('unshared', (published) => {
    if (published.source === 'full') begin(published, 'not-shared');
  });
  directory.events.on('producer-removed', (published, reason) => {
    if (published.source !== 'full') return;
    const place = placeOf(published);
    for (const ofRecording of OF_RECORDING) log.end({ ...place, reason: ofRecording });
    if (published.client.session !== published.session) return;
    if (reason === 'worker-died') begin(published, 'worker-restart');
    else if (!log.isOpen({ ...place, reason: 'not-shared' })) begin(published, 'reconnecting');
  });
  directory.events.on('session-ended', (_client, { sessionId }) => {
    known.delete(sessionId);
    log.endSession(sessionId);
  });
  deps.presence.events.on('reconnecting', ({ client }) => {
    if (client?.session !== undefined) log.begin(lostConnection(client.session.sessionId));
  });
  deps.presence.events.on('connected', ({ client }) => {
    if (client?.session !== undefined) log.end(lostConnection(client.session.sessionId));
  });
  coordinator.events.on('alarm', ({ sessionId, trackId, code }) => {
    if (!isClosed) log.begin({ sessionId, trackId, reason: AFTER_ALARM[code] ?? 'recorder-restart' });
  });
  coordinator.events.on('run-refused', (published, refusal) => {
    begin(published, refusal === 'disk-full' ? 'disk-full' : 'admission-refused');
  });

  return {
    resumed({ sessionId, sessionStartedAtMs, tracks }) {
      for (const { trackId, segments } of tracks) {
        tracksOf(sessionId).add(trackId);
        const lastPictureMs = segments
          .filter(({ source }) => source === 'live')
          .reduce(
            (latest, { startMs, durationMs }) => Math.max(latest, startMs + durationMs),
            sessionStartedAtMs,
          );
        log.begin({ sessionId, trackId, reason: 'sfu-restart' }, lastPictureMs);
      }
    },
    close() {
      isClosed = true;
    },
  };
}

const placeOf = ({ session: { sessionId }, trackId }: PublishedProducer) => ({ sessionId, trackId });

const lostConnection = (sessionId: string) => ({ sessionId, trackId: null, reason: 'reconnecting' }) as const;
