import type { ExportState, ExportView } from '@sightline/shared';

/** An export with the recorder that makes it. */
export interface StoredExport extends ExportView {
  recorderId: string;
}

/** What is on record of exports. */
export interface ExportsRepository {
  add(order: StoredExport): Promise<void>;
  find(exportId: string): Promise<StoredExport | undefined>;
  /** The newest first; of these companies only. */
  list(companyIds: readonly string[] | 'all', limit: number): Promise<StoredExport[]>;
  /** A state only moves forward: undefined if it could not, or there is no such export. */
  change(
    exportId: string,
    change: {
      state: ExportState;
      progress: number;
      message: string | null;
      bytes: number | null;
      finishedAtMs: number | null;
    },
  ): Promise<StoredExport | undefined>;
}
