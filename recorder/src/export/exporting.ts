import { join } from 'node:path';
import type { Clock, ExportProgress } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { WriteEvidencePackage } from '../evidence/packageWriter.ts';
import type { MediaAccess } from '../http/mediaAccess.ts';
import type { HttpModule } from '../http/server.ts';
import type { TrackReader } from '../playback/trackReader.ts';
import type { SegmentStore } from '../store/segmentStore.ts';
import { exportModule } from './exportModule.ts';
import { openExportQueue, type ExportQueue } from './exportQueue.ts';
import { openJobFolders } from './jobFolders.ts';
import { writeVideo } from './videoWriter.ts';

/** What exports need. */
export interface ExportingDeps {
  recorderId: string;
  /** The recorder's own folder. */
  stateDir: string;
  tracks: TrackReader;
  store: SegmentStore;
  writeEvidencePackage: WriteEvidencePackage;
  report: (progress: ExportProgress) => Promise<unknown>;
  access: MediaAccess;
  dashboardOrigins: readonly string[];
  clock: Clock;
  logger: Logger;
}

/** The exports of this recorder, and where they are fetched. */
export interface Exporting extends Omit<ExportQueue, 'result'> {
  readonly module: HttpModule;
}

/** Opens the exports, and goes on with what an earlier process left. */
export async function openExporting(deps: ExportingDeps): Promise<Exporting> {
  const folders = await openJobFolders(join(deps.stateDir, 'exports'), deps.logger);
  const queue = await openExportQueue({
    ...deps,
    folders,
    async make(job, to, control) {
      if (job.order.output.kind === 'video') return writeVideo(job, to, deps, control);
      await deps.writeEvidencePackage(job, join(to.folder, to.file), control);
      return { message: null };
    },
  });
  return { ...queue, module: exportModule({ ...deps, folder: folders.path, queue }) };
}
