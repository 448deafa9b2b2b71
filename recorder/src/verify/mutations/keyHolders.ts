import { encodeSessionFolder, sessionLedger } from '@sightline/shared';
import * as z from 'zod';
import { PACKAGE } from '../../evidence/packageContents.ts';
import { folderOf } from '../sessionCheck.ts';
import { contentOf, inSession, isPacked, manifestsOf, pathsOf, sessionOf, type Mutation } from './kit.ts';
import { entriesOf, manifestOf, reseal, signContents } from './resealing.ts';

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
    const ledgers = z
      .array(sessionLedger)
      .parse(JSON.parse(contentOf(files, PACKAGE.ledgers).toString('utf8')));
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

/** What somebody does who has a recorder's key, and not the sfu's database. */
export const BY_KEY_HOLDERS: Readonly<Record<string, Mutation>> = { fabricateSession, sealAsOther };
