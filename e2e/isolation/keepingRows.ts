import type { EventRows, EventUse } from './eventTable.ts';
import type { RecorderCell } from './recorderRows.ts';
import { offerOnce } from './sealing.ts';
import { NOTHING } from './world.ts';

type Use = EventUse<RecorderCell>;

/** The same payload before the recorder has offered its service, and after. */
const asked = (answer: string, payload: object, whose = 'its own'): Use[] => [
  { whose: `${whose}, before it is ready`, expect: () => 'not-connected', payload: () => payload },
  {
    whose,
    expect: () => answer,
    payload: async ({ socket }) => {
      await offerOnce(socket);
      return payload;
    },
  },
];

/** What a recorder may ask about what it keeps. */
export const keepingRows: EventRows<RecorderCell> = {
  'claim-deletions': asked('ok', { cause: 'retention' }),
  'begin-deletion': asked('unknown-claim', { claimId: NOTHING }, 'nobody’s'),
  'media-deleted': asked('unknown-claim', { claimId: NOTHING, bytes: 1 }, 'nobody’s'),
  reconcile: asked('ok', { fromMs: 0, toMs: null, sessions: [] }),
};
