import type { Clock, SessionLocation } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { createOutbox, type Outbox } from '../control/outbox.ts';
import type { SealRegister } from '../store/sealRegister.ts';
import { readManifest } from './manifestReader.ts';
import { manifestPathOf, type Manifests, type ManifestsDeps } from './manifests.ts';
import type { SealEntry } from './manifestWriter.ts';

/** A seal as the company's log is to have it. */
export interface SealReport {
  sessionId: string;
  companyId: string;
  sealNumber: number;
  sealedHash: string;
  keyId: string;
  signature: string;
}

/** Reports every seal to the sfu until it is acknowledged, also those of an earlier process. */
export interface SealReports extends Pick<Outbox<SealReport>, 'resume' | 'pause' | 'drain'> {
  /** What the manifests tell of themselves. */
  readonly hooks: Required<Pick<ManifestsDeps, 'onOpen' | 'onSeal' | 'onClosed'>>;
  /** Reports what an earlier process has sealed, and seals what it has not. */
  takeOver(manifests: Manifests): Promise<void>;
}

/** Builds the reports, which are paused. */
export function createSealReports(deps: {
  recordingsDir: string;
  register: SealRegister;
  send: (report: SealReport) => Promise<unknown>;
  clock: Clock;
  logger: Logger;
}): SealReports {
  const { register, logger } = deps;
  const outbox = createOutbox<SealReport>({
    what: 'a seal',
    send: (_sessionId, report) => deps.send(report),
    onSent: (sessionId, { sealNumber }) => register.reported(sessionId, sealNumber),
    onDone: (sessionId) => register.remove(sessionId),
    clock: deps.clock,
    logger,
  });
  const announce = (session: SessionLocation, seal: SealEntry): void => {
    const { sessionId, companyId } = session;
    const { number: sealNumber, previousHash: sealedHash, keyId, signature } = seal;
    outbox.announce(sessionId, { sessionId, companyId, sealNumber, sealedHash, keyId, signature });
  };

  const takeOver = async (
    { session, reportedUpTo }: Awaited<ReturnType<SealRegister['list']>>[number],
    manifests: Manifests,
  ): Promise<void> => {
    const found = await readManifest(manifestPathOf(deps.recordingsDir, session));
    for (const entry of found?.entries ?? []) {
      if (entry.type === 'seal' && entry.number > reportedUpTo) announce(session, entry);
    }
    const manifest = await manifests.openExisting(session);
    if (manifest === undefined) await outbox.flush(session.sessionId);
    else await manifest.close();
  };

  return {
    hooks: {
      async onOpen(session) {
        outbox.expect(session.sessionId);
        await register.add(session);
      },
      onSeal: ({ session, seal }) => announce(session, seal),
      onClosed: ({ sessionId }) => void outbox.flush(sessionId),
    },
    async takeOver(manifests) {
      for (const left of await register.list()) {
        try {
          await takeOver(left, manifests);
        } catch (error) {
          const { sessionId } = left.session;
          logger.error({ sessionId, err: error }, 'the seals of a session could not be taken over');
        }
      }
    },
    resume: () => outbox.resume(),
    pause: () => outbox.pause(),
    drain: () => outbox.drain(),
  };
}
