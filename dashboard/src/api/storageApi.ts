import {
  recorderList,
  reportedProblemsList,
  type RecorderView,
  type ReportedProblems,
} from '@sightline/shared';
import { API_ROOT, part, type Http } from './http.ts';

/** Recorders, and how what they keep is doing. */
export interface StorageApi {
  recorders(): Promise<RecorderView[]>;
  /** What is wrong at the moment, by recorder. */
  problems(): Promise<ReportedProblems[]>;
  /** Where the browser downloads the log of all seals of a company. */
  sealsUrl(companyId: string): string;
}

/** Builds the {@link StorageApi}. */
export function createStorageApi({ ask }: Http): StorageApi {
  return {
    recorders: async () => (await ask({ method: 'GET', path: '/recorders', answer: recorderList })).recorders,
    problems: async () =>
      (await ask({ method: 'GET', path: '/storage-problems', answer: reportedProblemsList })).recorders,
    sealsUrl: (companyId) => `${API_ROOT}/companies/${part(companyId)}/seals`,
  };
}
