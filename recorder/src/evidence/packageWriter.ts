import type { ExportJob } from '@sightline/shared';

/**
 * Writes the evidence package of a job, whose order is of kind `evidence`, as a zip.
 *
 * @param path where the zip is written; durable when this resolves. What is left there after a failure is the caller's to remove.
 * @param options `onProgress` is told the fraction that is done, 0 to 1.
 * @throws the system's errors, such as ENOSPC; the signal's reason.
 */
export type WriteEvidencePackage = (
  job: ExportJob,
  path: string,
  options: { onProgress: (fraction: number) => void; signal: AbortSignal },
) => Promise<{ bytes: number }>;
