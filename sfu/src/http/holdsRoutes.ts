import {
  hold,
  holdList,
  holdOrder,
  holdRelease,
  id,
  placedHold,
  type Clock,
  type Hold,
} from '@sightline/shared';
import { HttpProblem } from '@sightline/shared/node';
import * as z from 'zod';
import { requestedBy } from '../audit/actors.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import type { HoldsRepository } from '../db/holds.ts';
import type { RecordingsRepository } from '../db/recordings.ts';
import type { Principal } from '../identity/authorise.ts';
import type { MediaHolds } from '../retention/mediaHolds.ts';
import type { Api } from './route.ts';

/** What the routes of legal holds need. */
export interface HoldsRoutesDeps {
  holds: HoldsRepository;
  recordings: Pick<RecordingsRepository, 'findSession'>;
  mediaHolds: Pick<MediaHolds, 'holdChanged'>;
  auditLog: AuditLog;
  newId: () => string;
  clock: Clock;
}

const HOLDS = '/api/v1/companies/:companyId/holds';
const companyParams = z.object({ companyId: id });

/** `/api/v1/companies/:companyId/holds` */
export function holdsRoutes(api: Api, deps: HoldsRoutesDeps): void {
  const { holds, recordings, mediaHolds, auditLog, newId, clock } = deps;
  api.route({
    method: 'GET',
    url: HOLDS,
    summary: 'Lists the legal holds of a company, the newest first, released ones too.',
    access: 'holds.manage',
    input: { params: companyParams },
    response: holdList,
    handler: async ({ params }) => ({ holds: await holds.list(params.companyId) }),
  });

  api.route({
    method: 'POST',
    url: HOLDS,
    summary:
      'Places a legal hold: nothing that it covers is deleted while it stands, except sessions whose deletion has begun, which the answer names.',
    access: 'holds.manage',
    input: { params: companyParams, body: holdOrder },
    response: placedHold,
    handler: async ({ params: { companyId }, body }, context) => {
      if (body.target.kind === 'session') {
        const session = await recordings.findSession(body.target.sessionId);
        if (session?.companyId !== companyId)
          throw new HttpProblem(404, 'unknown-session', 'The company has no such session.');
      }
      const placed: Hold = {
        holdId: newId(),
        companyId,
        ...body,
        placedBy: personOf(context.caller.principal),
        placedAtMs: clock.nowMs(),
        released: null,
      };
      const tooLateFor = await holds.place(placed);
      mediaHolds.holdChanged(placed);
      await auditLog.record({
        companyId,
        action: 'hold-placed',
        ...requestedBy(context),
        details: { ...detailsOf(placed), reason: body.reason, tooLateFor: tooLateFor.length },
      });
      return { ...placed, tooLateFor };
    },
  });

  api.route({
    method: 'POST',
    url: `${HOLDS}/:holdId/release`,
    summary: 'Releases a legal hold: what it covered is deleted again when it is due.',
    access: 'holds.manage',
    input: { params: z.object({ companyId: id, holdId: id }), body: holdRelease },
    response: hold,
    handler: async ({ params: { companyId, holdId }, body }, context) => {
      const released = await holds.release(companyId, holdId, {
        atMs: clock.nowMs(),
        by: personOf(context.caller.principal),
        reason: body.reason,
      });
      if (released === undefined) {
        throw new HttpProblem(
          404,
          'unknown-hold',
          'The company has no such hold, or it is released already.',
        );
      }
      mediaHolds.holdChanged(released);
      await auditLog.record({
        companyId,
        action: 'hold-released',
        ...requestedBy(context),
        details: { ...detailsOf(released), reason: body.reason },
      });
      return released;
    },
  });
}

const personOf = ({ accountId, name }: Principal): Hold['placedBy'] => ({ accountId, name });

const detailsOf = ({ holdId, target }: Hold): Record<string, string | number | null> => ({
  holdId,
  ...target,
});
