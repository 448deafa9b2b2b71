import { id, recordedSession, sessionList } from '@sightline/shared';
import { HttpProblem } from '@sightline/shared/node';
import * as z from 'zod';
import type { RecordingsRepository, StoredSession } from '../db/recordings.ts';
import { isWithin, type Reach } from '../identity/authorise.ts';
import type { Api } from './route.ts';

/** What the routes of recorded sessions need. */
export interface SessionsRoutesDeps {
  repository: Pick<RecordingsRepository, 'listSessions' | 'findSession'>;
}

const LIST_LIMIT = 200;

const sessionParams = z.object({ sessionId: id });
const listQuery = z.object({ companyId: id.exactOptional(), deviceId: id.exactOptional() });

/** `/api/v1/sessions` */
export function sessionsRoutes(api: Api, deps: SessionsRoutesDeps): void {
  /** What is out of reach is answered like what does not exist. */
  const find = async (reach: Reach, sessionId: string): Promise<StoredSession> => {
    const session = await deps.repository.findSession(sessionId);
    if (session !== undefined && isWithin(reach, session)) return session;
    throw new HttpProblem(404, 'unknown-session', 'There is no such session.');
  };

  api.route({
    method: 'GET',
    url: '/api/v1/sessions',
    summary: 'Lists the recorded sessions that you may see, the newest first.',
    access: 'recordings.view',
    input: { query: listQuery },
    response: sessionList,
    handler: async ({ query }, { reach }) => ({
      sessions: await deps.repository.listSessions({ reach, limit: LIST_LIMIT, ...query }),
    }),
  });

  api.route({
    method: 'GET',
    url: '/api/v1/sessions/:sessionId',
    summary: 'Tells what was recorded of a session.',
    access: 'recordings.view',
    input: { params: sessionParams },
    response: recordedSession,
    handler: ({ params }, { reach }) => find(reach, params.sessionId),
  });
}
