import { generateKeyPairSync } from 'node:crypto';
import {
  canonicalJson,
  companyLogEntry,
  manifestEntry,
  type CompanyLogEntry,
  type ManifestEntry,
} from '@sightline/shared';
import { chainEntry } from '@sightline/shared/node';
import { PACKAGE, contentsFile, packageContents } from '../../evidence/packageContents.ts';
import { sealKeyFrom } from '../../evidence/sealKey.ts';
import { reorderEntries } from './changes.ts';
import {
  SEAL_LOG,
  contentOf,
  inSession,
  isPacked,
  linesOf,
  manifestsOf,
  pathsOf,
  sessionOf,
  textOf,
  type Mutation,
} from './kit.ts';
import { entriesOf, manifestOf, reseal, signContents } from './resealing.ts';

const OLDER_LOG = 'older.ndjson';

/** Somebody without the key has changed a ledger, and has hashed everything after it anew. */
const editLedger: Mutation = (files, dice) => {
  const path = dice.of(manifestsOf(files));
  const entries = entriesOf(files, path);
  const ledgers = entries.filter(({ type }) => type === 'ledger').map(({ number }) => number);
  const edited = dice.of(ledgers);
  const rehash = dice.roll(2) === 0;
  const changed = rechain(entries, edited, rehash, (entry) =>
    entry.type === 'ledger' ? { ...entry, endedAtMs: entry.endedAtMs - 1 } : entry,
  );
  files.set(path, manifestOf(changed));
  if (isPacked(files)) return { files: [path], codes: ['file-hash', 'file-size'] };
  const seal = entries.find(({ number, type }) => number > edited && type === 'seal')?.number ?? 0;
  return rehash
    ? { files: [path], entries: [seal], codes: ['signature'] }
    : { files: [path], entries: [edited], codes: ['hash'] };
};

/** Somebody has written a session's history anew, and sealed it with a key of his own. */
const sealAnew: Mutation = (files, dice) => {
  const path = dice.of(manifestsOf(files));
  const entries = entriesOf(files, path);
  const own = sealKeyFrom(generateKeyPairSync('ed25519').privateKey);
  const claimed = dice.roll(2) === 0;
  const first = entries.find((entry) => entry.type === 'seal');
  const key = { ...own, keyId: claimed ? (first?.keyId ?? '') : own.keyId };
  const changed = reseal(entries, key, (entry) => ({ ...entry, atMs: entry.atMs + 1 }));
  files.set(path, manifestOf(changed));
  if (isPacked(files)) return { files: [path] };
  return { files: [path], entries: [2], codes: [claimed ? 'signature' : 'unknown-key'] };
};

/** What the sfu told about ledgers, access or seals has been edited in a package. */
const editToldBySfu: Mutation = (files, dice) => {
  if (!isPacked(files)) return undefined;
  const path = dice.of([PACKAGE.ledgers, PACKAGE.accessHistory, PACKAGE.seals]);
  const text = contentOf(files, path).toString('utf8');
  files.set(path, Buffer.from(text.replace(/\d{13}/, (time) => String(Number(time) + 1 + dice.roll(9)))));
  return { files: [path], codes: ['file-hash'] };
};

/** Somebody has changed a package, and has signed its table of contents with a key of his own. */
const signAnew: Mutation = async (files, dice, means) => {
  if (!isPacked(files)) return (await reorderEntries(files, dice, means)) ?? { files: [] };
  const { files: listed, keyId } = packageContents.parse(
    JSON.parse(contentOf(files, PACKAGE.contents).toString('utf8')),
  );
  const { path } = dice.of(listed);
  files.set(path, Buffer.concat([contentOf(files, path), Buffer.from(' ')]));
  const own = sealKeyFrom(generateKeyPairSync('ed25519').privateKey);
  const claimed = dice.roll(2) === 0;
  await signContents(files, { ...own, keyId: claimed ? keyId : own.keyId });
  return { files: [PACKAGE.contents], codes: [claimed ? 'signature' : 'unknown-key'] };
};

/** Somebody has taken out of a package's table of contents that another recorder has more, or how much more. */
const hideElsewhere: Mutation = (files, dice) => {
  if (!isPacked(files)) return undefined;
  const contents = packageContents.parse(JSON.parse(contentOf(files, PACKAGE.contents).toString('utf8')));
  const hidden = dice.roll(2) === 0;
  const elsewhere = hidden
    ? []
    : contents.elsewhere.map((one) => ({ ...one, toMs: one.toMs - 1 - dice.roll(9) }));
  files.set(PACKAGE.contents, Buffer.from(contentsFile({ ...contents, elsewhere })));
  return { files: [PACKAGE.contents], codes: ['signature'] };
};

/** Somebody with the disk and the sfu's database has removed a session, and its entries from the log; older copies are at large. */
const rewriteLog: Mutation = (files, dice, { sealLogs }) => {
  const path = dice.of(manifestsOf(files));
  const { sessionId } = sessionOf(files, path);
  const before = [...sealLogs.values()][0] ?? Buffer.alloc(0);
  let last: CompanyLogEntry | undefined;
  const rewritten = sealsIn(before)
    .filter((entry) => entry.sessionId !== sessionId)
    .map(({ number: _number, hash: _hash, previousHash: _previous, ...seal }) => {
      last = chainEntry(last, seal);
      return last;
    });
  sealLogs.set(SEAL_LOG, textOf(rewritten.map((entry) => canonicalJson(entry))));
  /** Otherwise nothing of it comes behind what was taken out. */
  const isOther = (copy: Buffer): boolean =>
    sealsIn(copy).some(({ number, hash }) => (rewritten[number - 1]?.hash ?? hash) !== hash);
  if (isPacked(files)) {
    // A package is such a copy itself.
    if (!isOther(contentOf(files, PACKAGE.seals))) return { files: [], unlogged: sessionId };
    return { files: [PACKAGE.seals], codes: ['log-rewritten'] };
  }
  for (const gone of pathsOf(files)) if (inSession(gone, path)) files.delete(gone);
  sealLogs.set(OLDER_LOG, before);
  return { files: [OLDER_LOG], codes: [isOther(before) ? 'log-rewritten' : 'session-missing'] };
};

const sealsIn = (log: Buffer): CompanyLogEntry[] =>
  linesOf(log).map((line) => companyLogEntry.parse(JSON.parse(line)));

/** Changes one entry, and if asked for, the hashes from there on. */
function rechain(
  entries: readonly ManifestEntry[],
  number: number,
  rehash: boolean,
  change: (entry: ManifestEntry) => ManifestEntry,
): ManifestEntry[] {
  const changed: ManifestEntry[] = [];
  for (const entry of entries) {
    const next = entry.number === number ? change(entry) : entry;
    const { number: _number, hash: _hash, previousHash: _previous, ...event } = next;
    const linked = rehash && entry.number >= number;
    changed.push(linked ? manifestEntry.parse(chainEntry(changed.at(-1), event)) : next);
  }
  return changed;
}

/** What somebody does who knows the formats, and has not the key. */
export const FORGERIES: Readonly<Record<string, Mutation>> = {
  editLedger,
  sealAnew,
  editToldBySfu,
  signAnew,
  hideElsewhere,
  rewriteLog,
};
