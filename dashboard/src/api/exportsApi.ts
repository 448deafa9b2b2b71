import { downloadGrant, exportList, type exportOrder, type ExportView } from '@sightline/shared';
import type * as z from 'zod';
import { part, type Http } from './http.ts';

/** Videos and evidence packages that are made of recordings. */
export interface ExportsApi {
  /** The newest first. */
  list(): Promise<ExportView[]>;
  /** Orders one of each recorder that has media of it. */
  order(order: z.input<typeof exportOrder>): Promise<ExportView[]>;
  /** Cancels one that is being made, or deletes what was made. */
  drop(exportId: string): Promise<void>;
  /** Asks for a short-lived address at which it can be fetched. */
  download(exportId: string): Promise<z.output<typeof downloadGrant>>;
}

/** Builds the {@link ExportsApi}. */
export function createExportsApi({ ask, tell }: Http): ExportsApi {
  const at = (exportId: string, rest = ''): string => `/exports/${part(exportId)}${rest}`;
  return {
    list: async () => (await ask({ method: 'GET', path: '/exports', answer: exportList })).exports,
    order: async (body) =>
      (await ask({ method: 'POST', path: '/exports', body, answer: exportList })).exports,
    drop: (exportId) => tell({ method: 'DELETE', path: at(exportId) }),
    download: (exportId) => ask({ method: 'POST', path: at(exportId, '/download'), answer: downloadGrant }),
  };
}
