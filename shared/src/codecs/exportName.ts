import type { ExportOrder } from '../protocol/api/exports.ts';

/** What the file of an export is called: plain ASCII, safe on every system. */
export function exportFileName({ exportId, output, fromMs }: ExportOrder & { exportId: string }): string {
  const from = new Date(fromMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const which = exportId.replaceAll(/[^A-Za-z0-9_-]/g, '').slice(0, 8);
  return `sightline-${from}Z-${which}.${output.kind === 'video' ? 'mp4' : 'zip'}`;
}
