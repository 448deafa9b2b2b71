import { recorderList, reportedProblemsList } from '@sightline/shared';
import type { RecordersRepository } from '../db/recorders.ts';
import type { RecorderRegistry } from '../evidence/recorderRegistry.ts';
import type { Api } from './route.ts';

/** `/api/v1/recorders` and `/api/v1/storage-problems` */
export function recordersRoutes(
  api: Api,
  deps: {
    repository: Pick<RecordersRepository, 'list'>;
    recorders: { isConnected(recorderId: string): boolean };
    registry: Pick<RecorderRegistry, 'problems'>;
  },
): void {
  api.route({
    method: 'GET',
    url: '/api/v1/recorders',
    summary: 'Lists the recorders: how they and their storage are doing, and the keys that they seal with.',
    access: 'storage.view',
    input: {},
    response: recorderList,
    handler: async () => ({
      recorders: (await deps.repository.list()).map(
        ({ recorderId, lastSeenMs, publicKey, keyId, status }) => {
          const connected = deps.recorders.isConnected(recorderId);
          return { recorderId, connected, lastSeenMs, publicKey, keyId, status };
        },
      ),
    }),
  });

  api.route({
    method: 'GET',
    url: '/api/v1/storage-problems',
    summary: 'Tells what is wrong with keeping recordings now, for those who may see them.',
    access: 'recordings.view',
    input: {},
    response: reportedProblemsList,
    handler: () => ({ recorders: deps.registry.problems() }),
  });
}
