import { encodeSessionFolder, sessionLedger, type LedgerSpan, type SessionLedger } from '@sightline/shared';
import * as z from 'zod';
import { PACKAGE } from '../../evidence/packageContents.ts';
import { ELSEWHERE } from '../examples/package.ts';
import { folderOf } from '../sessionCheck.ts';
import {
  contentOf,
  inSession,
  isPacked,
  manifestsOf,
  pathsOf,
  sessionOf,
  type Dice,
  type Files,
  type Mutation,
} from './kit.ts';
import { entriesOf, manifestOf, reseal, signContents } from './resealing.ts';

const ledgersOf = (files: Files): SessionLedger[] =>
  z.array(sessionLedger).parse(JSON.parse(contentOf(files, PACKAGE.ledgers).toString('utf8')));

/** Somebody with the recorder's key has made up a whole session, out of what another one has. */
const fabricateSession: Mutation = async (files, dice, { sealKey }) => {
  const path = dice.of(manifestsOf(files));
  const begin = sessionOf(files, path);
  const sessionId = `made-up-${dice.roll(1_000)}`;
  const folder = folderOf(path).replace(
    encodeSessionFolder(begin),
    encodeSessionFolder({ ...begin, sessionId }),
  );
  const entries = reseal(entriesOf(files, path), sealKey, (entry) =>
    entry.type === 'begin' ? { ...entry, sessionId } : entry,
  );
  for (const one of pathsOf(files).filter((at) => inSession(at, path)))
    files.set(folder + one.slice(folderOf(path).length), contentOf(files, one));
  files.set(folder + path.slice(folderOf(path).length), manifestOf(entries));
  if (isPacked(files)) {
    const ledgers = ledgersOf(files);
    const copies = ledgers
      .filter((ledger) => ledger.sessionId === begin.sessionId)
      .map((ledger) => ({ ...ledger, sessionId }));
    files.set(PACKAGE.ledgers, Buffer.from(JSON.stringify([...ledgers, ...copies])));
    await signContents(files, sealKey);
  }
  return { files: [], unlogged: sessionId };
};

/** Somebody with another recorder's key has written a session's history anew, and sealed it with that. */
const sealAsOther: Mutation = async (files, dice, { otherKey, sealLogs }) => {
  const path = dice.of(manifestsOf(files));
  const entries = entriesOf(files, path);
  const changed = reseal(entries, otherKey, (entry) => ({ ...entry, atMs: entry.atMs + 1 }));
  files.set(path, manifestOf(changed));
  if (!isPacked(files)) return { files: [path], entries: [2], codes: ['other-key'] };
  await signContents(files, otherKey);
  // A package then is one of that recorder, and says itself whose session it is.
  if (dice.roll(2) === 0) {
    await signContents(files, otherKey, { recorderId: 'recorder-2' });
    sealLogs.clear();
    return { files: [path], entries: [2], codes: ['other-key'] };
  }
  return { files: [PACKAGE.contents], codes: ['other-key'] };
};

/** Another thing than what a span says, that is not so. */
function lieAbout(span: LedgerSpan, dice: Dice): LedgerSpan {
  const { fromMs, toMs } = span;
  const lies: LedgerSpan[] =
    span.state === 'recorded'
      ? [
          { state: 'missing', fromMs, toMs, reason: 'paused-by-user' },
          { state: 'recorded', fromMs, toMs, source: span.source === 'live' ? 'healed' : 'live' },
        ]
      : [{ state: 'recorded', fromMs, toMs, source: 'live' }];
  return dice.of(lies);
}

/** Somebody with the recorder's key, or the sfu, has put another ledger of a session into a package. */
const forgeLedgers: Mutation = async (files, dice, { sealKey }) => {
  if (!isPacked(files)) return undefined;
  const ledgers = ledgersOf(files);
  const forged = dice.of(ledgers);
  const at = ledgers.indexOf(forged);
  const track = dice.of(forged.tracks);
  const span = dice.of(track.spans);
  const kinds: (() => void)[] = [
    () => void track.spans.splice(track.spans.indexOf(span), 1, lieAbout(span, dice)),
    () => void forged.tracks.splice(forged.tracks.indexOf(track), 1),
    () => void ledgers.splice(at, 1),
    () => void ledgers.splice(at, 1, { ...forged, sessionId: 'another' }),
    () => {
      forged.startedAtMs -= 1;
      for (const { spans } of forged.tracks) if (spans[0] !== undefined) spans[0].fromMs -= 1;
    },
  ];
  // Another recorder may have had, and deleted, what this one never had.
  const hidden = span.state === 'recorded' && forged.sessionId !== ELSEWHERE.sessionId;
  if (hidden)
    kinds.push(() => {
      const { fromMs, toMs } = span;
      track.spans.splice(track.spans.indexOf(span), 1, { state: 'missing', fromMs, toMs, reason: 'deleted' });
    });
  dice.of(kinds)();
  files.set(PACKAGE.ledgers, Buffer.from(JSON.stringify(ledgers)));
  await signContents(files, sealKey);
  return { files: [PACKAGE.ledgers], codes: ['ledger'], mentions: `session ${forged.sessionId}` };
};

/** What somebody does who has a recorder's key, and not the sfu's database. */
export const BY_KEY_HOLDERS: Readonly<Record<string, Mutation>> = {
  fabricateSession,
  sealAsOther,
  forgeLedgers,
};
