import { id, sessionLedger, type Clock } from '@sightline/shared';
import { HttpProblem } from '@sightline/shared/node';
import * as z from 'zod';
import type { LedgerRecordsRepository } from '../db/ledgerRecords.ts';
import { isWithin } from '../identity/authorise.ts';
import { ledgerOf } from '../ledger/sessionLedger.ts';
import type { Api } from './route.ts';

/** `/api/v1/sessions/:sessionId/ledger` */
export function ledgerRoutes(
  api: Api,
  { ledgers, clock }: { ledgers: Pick<LedgerRecordsRepository, 'find'>; clock: Clock },
): void {
  api.route({
    method: 'GET',
    url: '/api/v1/sessions/:sessionId/ledger',
    summary: 'Accounts for every second of a session: recorded, or missing and why.',
    access: 'recordings.view',
    input: { params: z.object({ sessionId: id }) },
    response: sessionLedger,
    handler: async ({ params }, { reach }) => {
      const record = await ledgers.find(params.sessionId);
      // What is out of reach is answered like what does not exist.
      if (record === undefined || !isWithin(reach, record))
        throw new HttpProblem(404, 'unknown-session', 'There is no such session.');
      return ledgerOf(record, clock.nowMs());
    },
  });
}
