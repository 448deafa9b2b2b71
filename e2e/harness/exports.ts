import { downloadGrant, exportList, exportView, type ExportOrder, type ExportView } from '@sightline/shared';
import type { Stack } from './stack.ts';
import { until } from './until.ts';

const MADE_MS = 30_000;

/** What was exported, as it was downloaded. */
export interface Exported {
  exportId: string;
  /** Where it was downloaded. */
  url: string;
  /** As the page tells the browser. */
  fileName: string;
  /** As the recorder tells the browser. */
  disposition: string | null;
  body: Buffer<ArrayBuffer>;
}

/** Orders an export of what a single recorder has, waits for it and downloads it. @throws Error with what is said of it if it fails */
export async function exportAndDownload(stack: Stack, order: ExportOrder): Promise<Exported> {
  const [ordered, ...others] = await orderExports(stack, order);
  if (ordered === undefined || others.length > 0) throw new Error('it lies at more than one recorder');
  return downloadExport(stack, ordered);
}

/** Orders exports: one of each recorder that has media of it. */
export const orderExports = async (stack: Stack, order: ExportOrder): Promise<ExportView[]> =>
  exportList.parse(await stack.api('POST', '/api/v1/exports', order)).exports;

/** Waits for an export and downloads it. @throws Error with what is said of it if it fails */
export async function downloadExport(
  stack: Stack,
  { exportId }: Pick<ExportView, 'exportId'>,
): Promise<Exported> {
  await until(
    'the export',
    async () => {
      const { state, message } = exportView.parse(await stack.api('GET', `/api/v1/exports/${exportId}`));
      if (state === 'failed') throw new Error(String(message));
      return state === 'done';
    },
    { timeoutMs: MADE_MS, intervalMs: 200 },
  );
  const { url, fileName } = downloadGrant.parse(
    await stack.api('POST', `/api/v1/exports/${exportId}/download`),
  );
  const file = await fetch(url);
  const disposition = file.headers.get('content-disposition');
  return { exportId, url, fileName, disposition, body: Buffer.from(await file.arrayBuffer()) };
}
