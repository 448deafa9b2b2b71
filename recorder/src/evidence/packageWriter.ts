import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ExportJob } from '@sightline/shared';
import { ZipFile } from 'yazl';
import { syncPath } from '../store/durable.ts';
import { SegmentMissing } from '../store/segmentStore.ts';
import { digestOf } from '../verify/evidenceTree.ts';
import { PACKAGE, contentsFile, signedText, type PackageContents } from './packageContents.ts';
import { packageReadme } from './packageReadme.ts';
import { gatherSessions, type PackedSession, type PackagingDeps } from './packageSessions.ts';

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

/** Builds the writer of evidence packages. */
export function createPackageWriter(deps: PackagingDeps): WriteEvidencePackage {
  return async (job, path, { onProgress, signal }) => {
    const { evidence, order } = job;
    if (evidence === undefined)
      throw new Error('An evidence package needs what the sfu has to say; order it again.');
    const sessions = await gatherSessions(job, deps);
    const zip = openZip(path, signal);
    for (const [name, text] of [
      [PACKAGE.readme, packageReadme(job, deps)],
      [PACKAGE.ledgers, evidence.ledgers],
      [PACKAGE.accessHistory, evidence.accessHistory],
      [PACKAGE.seals, evidence.companyLog],
    ] as const)
      await zip.add(name, Buffer.from(text), { compress: true });
    await zip.add(PACKAGE.verifier, await readFile(deps.verifierPath), { compress: true });
    await addSessions(zip, sessions, deps, onProgress);
    const unsigned = {
      version: 1 as const,
      exportId: job.exportId,
      companyId: order.companyId,
      recorderId: deps.recorderId,
      createdAtMs: deps.clock.nowMs(),
      caseNumber: order.caseNumber ?? null,
      fromMs: order.fromMs,
      toMs: order.toMs,
      files: zip.files,
      leftOut: sessions.flatMap(({ leftOut }) => leftOut),
      elsewhere: job.elsewhere,
      keyId: deps.sealKey.keyId,
    };
    const contents = { ...unsigned, signature: deps.sealKey.signText(signedText(unsigned)) };
    await zip.add(PACKAGE.contents, Buffer.from(contentsFile(contents)), { compress: true });
    await zip.end();
    await syncPath(path);
    onProgress(1);
    return { bytes: (await stat(path)).size };
  };
}

async function addSessions(
  zip: OpenZip,
  sessions: readonly PackedSession[],
  { segments, logger }: PackagingDeps,
  onProgress: (fraction: number) => void,
): Promise<void> {
  const total = sessions.flatMap(({ media }) => media).reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const { manifestPath, manifest, media } of sessions) {
    await zip.add(manifestPath, manifest, { compress: true });
    for (const { path, ref, bytes } of media) {
      try {
        await zip.add(path, await segments.read(ref), { compress: false });
      } catch (error) {
        if (!(error instanceof SegmentMissing)) throw error;
        // Nothing is hidden: whoever verifies the package is told that it is missing.
        logger.error({ path, code: 'segment-missing' }, 'a segment that is to be evidence is not there');
      }
      done += bytes;
      onProgress(total === 0 ? 0 : done / total);
    }
  }
}

/** A zip that is being written, file by file. */
interface OpenZip {
  /** What was added, for the table of contents. */
  readonly files: PackageContents['files'];
  /** Resolves when the content is on its way to the disk. */
  add(path: string, content: Buffer, options: { compress: boolean }): Promise<void>;
  end(): Promise<void>;
}

function openZip(path: string, signal: AbortSignal): OpenZip {
  const zip = new ZipFile();
  const files: PackageContents['files'] = [];
  const broken = once(zip, 'error').then(([error]: unknown[]) => {
    throw error;
  });
  const written = pipeline(zip.outputStream, createWriteStream(path), { signal });
  const failed = Promise.race([broken, written]);
  // Whoever adds the next file, or ends, is told.
  failed.catch(() => undefined);
  return {
    files,
    async add(name, content, { compress }) {
      signal.throwIfAborted();
      // A stream, since its end tells when there is room for the next one.
      const source = Readable.from([content], { objectMode: false });
      const read = once(source, 'end');
      zip.addReadStream(source, name, { compress, size: content.length });
      await Promise.race([read, failed]);
      files.push({ path: name, ...(await digestOf(Readable.from([content]))) });
    },
    async end() {
      zip.end();
      await failed;
    },
  };
}
