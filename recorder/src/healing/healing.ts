import { join } from 'node:path';
import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { SfuLink } from '../control/sfuLink.ts';
import type { Manifests } from '../evidence/manifests.ts';
import type { HttpModule } from '../http/server.ts';
import type { SegmentStore } from '../store/segmentStore.ts';
import { createConversion } from './conversion.ts';
import { createHealer, type Healer, type HealingSfu } from './healer.ts';
import { createPlacement } from './placement.ts';
import { openUploadFolder, type UploadFolder } from './uploadFolder.ts';
import { uploadModule } from './uploadModule.ts';

/** What puts into recordings what agents recorded themselves. */
export interface Healing extends Pick<Healer, 'resume' | 'pause' | 'close'> {
  /** Where agents upload it. */
  readonly module: HttpModule;
}

/** What {@link createHealing} needs. */
export interface HealingDeps {
  recordingsDir: string;
  /** For what is neither media nor evidence. */
  stateDir: string;
  manifests: Manifests;
  store: SegmentStore;
  secret: string;
  /** Origins of the pages that agents are. */
  origins: readonly string[];
  segmentMs: number;
  request: SfuLink['request'];
  /** Whether the disk has room for more than what is being recorded. */
  hasRoom: () => boolean;
  /** Resolves when the sfu knows all segments that were recorded so far. */
  announced: () => Promise<void>;
  clock: Clock;
  logger: Logger;
}

/** Who has not gone on with an upload for so long will not. */
const ABANDONED_MS = 7 * 86_400_000;
const SWEEP_EVERY_MS = 3_600_000;

/** Opens the uploads, goes on with what a killed recorder left, and removes what was abandoned. */
export async function createHealing(deps: HealingDeps): Promise<Healing> {
  const { clock, logger } = deps;
  const uploads = await openUploadFolder(join(deps.stateDir, 'uploads'), logger);
  const healer = createHealer({
    uploads,
    conversion: createConversion({ segmentMs: deps.segmentMs, hasRoom: deps.hasRoom, logger }),
    placement: createPlacement(deps),
    sfu: sfuOver(deps),
    hasRoom: deps.hasRoom,
    clock,
    logger,
  });
  for (const { order, receivedBytes } of await uploads.list())
    if (receivedBytes >= order.bytes) healer.add(order.pieceId);
  const sweep = (): void => {
    removeAbandoned(uploads, clock.nowMs(), logger).catch((error: unknown) => {
      logger.error({ err: error, code: 'uploads-not-swept' }, 'abandoned uploads could not be removed');
    });
  };
  sweep();
  const stopSweeping = clock.every(SWEEP_EVERY_MS, sweep);
  return {
    module: uploadModule({ ...deps, uploads, onComplete: (pieceId) => healer.add(pieceId) }),
    resume: () => healer.resume(),
    pause: () => healer.pause(),
    close() {
      stopSweeping();
      return healer.close();
    },
  };
}

function sfuOver({ request, announced }: Pick<HealingDeps, 'request' | 'announced'>): HealingSfu {
  return {
    caughtUp: announced,
    uploaded: async (pieceId) => (await request('piece-uploaded', { pieceId })).gaps,
    async recorded(runId, segment) {
      await request('segment-recorded', { runId, segment });
    },
    async finished(pieceId, outcome, message) {
      await request('piece-healed', { pieceId, outcome, message });
    },
  };
}

/** Of what is complete only the sfu can say that it is done with. */
async function removeAbandoned(uploads: UploadFolder, nowMs: number, logger: Logger): Promise<void> {
  for (const { order, receivedBytes, changedAtMs } of await uploads.list()) {
    if (receivedBytes >= order.bytes || nowMs - changedAtMs < ABANDONED_MS) continue;
    logger.warn({ pieceId: order.pieceId, receivedBytes, code: 'upload-abandoned' }, 'removed an upload');
    await uploads.remove(order.pieceId);
  }
  await uploads.removeSetAside(nowMs - ABANDONED_MS);
}
