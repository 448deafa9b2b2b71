import { join } from 'node:path';
import type { Clock, SessionLocation } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { createSealRegister } from '../store/sealRegister.ts';
import { createManifests, type Manifests } from './manifests.ts';
import { ensureSealKey, readSealKey, type SealKey } from './sealKey.ts';
import { createSealReports, type SealReport, type SealReports } from './sealReports.ts';

/** What proves the recordings. */
export interface Evidence {
  sealKey: SealKey;
  manifests: Manifests;
  sealReports: SealReports;
}

/** Opens the evidence of a recorder, with the operator's seal key or its own; the reports of seals are paused. */
export async function openEvidence(deps: {
  recordingsDir: string;
  stateDir: string;
  recorderId: string;
  sealKeyFile: string | undefined;
  sendSeal: (report: SealReport) => Promise<unknown>;
  /** Told of every seal when it is durable. */
  onSealed: (session: SessionLocation) => void;
  clock: Clock;
  logger: Logger;
}): Promise<Evidence> {
  const { recordingsDir, stateDir, recorderId, sealKeyFile, clock, logger } = deps;
  const sealKey = await (sealKeyFile === undefined
    ? ensureSealKey(join(stateDir, 'seal-key.pem'))
    : readSealKey(sealKeyFile));
  const register = await createSealRegister(join(stateDir, 'unreported-seals'), logger);
  const sealReports = createSealReports({ recordingsDir, register, send: deps.sendSeal, clock, logger });
  const { hooks } = sealReports;
  const manifests = createManifests({
    recordingsDir,
    recorderId,
    sealKey,
    clock,
    logger,
    ...hooks,
    onSeal(sealed) {
      hooks.onSeal(sealed);
      deps.onSealed(sealed.session);
    },
  });
  return { sealKey, manifests, sealReports };
}
