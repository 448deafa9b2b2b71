import type { EventRows, EventUse } from './eventTable.ts';
import type { RecorderCell } from './recorderRows.ts';
import { offerOnce } from './sealing.ts';
import { NOTHING } from './world.ts';

type Use = EventUse<RecorderCell>;

const ready = (whose: string, answer: string, payload: (cell: RecorderCell) => object): Use => ({
  whose,
  expect: () => answer,
  payload: async (cell) => {
    await offerOnce(cell.socket);
    return payload(cell);
  },
});

/** The same payload before the recorder has offered its service, and after. */
const asked = (answer: string, payload: (cell: RecorderCell) => object, whose = 'its own'): Use[] => [
  { whose: `${whose}, before it is ready`, expect: () => 'not-connected', payload },
  ready(whose, answer, payload),
];

const found = (companyOf: (cell: RecorderCell) => string) => (cell: RecorderCell) => ({
  companyId: companyOf(cell),
  userId: 'nobody',
  sessionId: cell.runs[0].sessionId,
  sessionStartedAtMs: 1,
  userName: '',
  hostName: '',
  endedAtMs: 2,
  runs: [],
});

/** What a recorder may ask about what it keeps. */
export const keepingRows: EventRows<RecorderCell> = {
  'claim-deletions': asked('ok', () => ({ cause: 'retention' })),
  'begin-deletion': asked('unknown-claim', () => ({ claimId: NOTHING }), 'nobody’s'),
  'media-deleted': asked('unknown-claim', () => ({ claimId: NOTHING, bytes: 1 }), 'nobody’s'),
  reconcile: asked('ok', () => ({ fromMs: 0, toMs: null, sessions: [] })),
  'enter-session': [
    ...asked(
      'unknown-session',
      found(({ companyIds }) => companyIds[1]),
      'company one’s in the name of company two',
    ),
    ready(
      'nobody’s',
      'unknown-session',
      found(() => NOTHING),
    ),
  ],
  // Nobody noted that this recorder has it.
  'drop-segments': asked(
    'unknown-run',
    ({ runs }) => ({ runId: runs[0].runId, onDisk: [] }),
    'another recorder’s',
  ),
};
