import type { ExportView } from '../protocol/api/exports.ts';

/** What the file of an export is called: plain ASCII, safe on every system. One that is not all of it names its recorder. */
export function exportFileName({
  exportId,
  output,
  fromMs,
  recorderId,
  elsewhere,
}: Pick<ExportView, 'exportId' | 'output' | 'fromMs' | 'recorderId' | 'elsewhere'>): string {
  const from = new Date(fromMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const which = plain(exportId).slice(0, 8);
  const part = elsewhere.length === 0 ? '' : `-part-of-${plain(recorderId)}`;
  return `sightline-${from}Z-${which}${part}.${output.kind === 'video' ? 'mp4' : 'zip'}`;
}

const plain = (text: string): string => text.replaceAll(/[^A-Za-z0-9_-]/g, '');
