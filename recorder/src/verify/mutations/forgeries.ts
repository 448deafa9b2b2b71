import { generateKeyPairSync } from 'node:crypto';
import { NO_HASH, manifestEntry, type ManifestEntry } from '@sightline/shared';
import { chainEntry, keyIdOf, signHead, signText } from '@sightline/shared/node';
import { manifestLine } from '../../evidence/manifestText.ts';
import { PACKAGE, contentsFile, packageContents, signedText } from '../../evidence/packageContents.ts';
import { digestOf } from '../evidenceTree.ts';
import { asChunks } from '../examples/recordings.ts';
import { reorderEntries } from './changes.ts';
import { contentOf, isPacked, linesOf, manifestsOf, sessionOf, textOf, type Mutation } from './kit.ts';

/** Somebody without the key has changed a ledger, and has hashed everything after it anew. */
const editLedger: Mutation = (files, dice) => {
  const path = dice.of(manifestsOf(files));
  const entries = linesOf(contentOf(files, path)).map((line) => manifestEntry.parse(JSON.parse(line)));
  const ledgers = entries.filter(({ type }) => type === 'ledger').map(({ number }) => number);
  const edited = dice.of(ledgers);
  const rehash = dice.roll(2) === 0;
  const changed = rechain(entries, edited, rehash, (entry) =>
    entry.type === 'ledger' ? { ...entry, endedAtMs: entry.endedAtMs - 1 } : entry,
  );
  files.set(path, textOf(changed.map((entry) => manifestLine(entry).trimEnd())));
  if (isPacked(files)) return { files: [path], codes: ['file-hash', 'file-size'] };
  const seal = entries.find(({ number, type }) => number > edited && type === 'seal')?.number ?? 0;
  return rehash
    ? { files: [path], entries: [seal], codes: ['signature'] }
    : { files: [path], entries: [edited], codes: ['hash'] };
};

/** Somebody has written a session's history anew, and sealed it with a key of his own. */
const sealAnew: Mutation = (files, dice) => {
  const path = dice.of(manifestsOf(files));
  const entries = linesOf(contentOf(files, path)).map((line) => manifestEntry.parse(JSON.parse(line)));
  const { privateKey } = generateKeyPairSync('ed25519');
  const claimed = dice.roll(2) === 0;
  const { recorderId, sessionId } = sessionOf(files, path);
  let last: ManifestEntry | undefined;
  const changed = entries.map((entry) => {
    const { number, hash: _hash, previousHash: _previous, ...event } = entry;
    const previousHash = last?.hash ?? NO_HASH;
    const signature = signHead(privateKey, { recorderId, sessionId, number, previousHash });
    const keyId = event.type === 'seal' && claimed ? event.keyId : keyIdOf(privateKey);
    const told = event.type === 'seal' ? { ...event, keyId, signature } : event;
    last = manifestEntry.parse(chainEntry(last, { ...told, atMs: told.atMs + 1 }));
    return last;
  });
  files.set(path, textOf(changed.map((entry) => manifestLine(entry).trimEnd())));
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
const signAnew: Mutation = async (files, dice) => {
  if (!isPacked(files)) return reorderEntries(files, dice) ?? { files: [] };
  const contents = packageContents.parse(JSON.parse(contentOf(files, PACKAGE.contents).toString('utf8')));
  const path = dice.of(contents.files).path;
  files.set(path, Buffer.concat([contentOf(files, path), Buffer.from(' ')]));
  const listed = [];
  for (const file of contents.files)
    listed.push({ path: file.path, ...(await digestOf(asChunks(contentOf(files, file.path)))) });
  const { privateKey } = generateKeyPairSync('ed25519');
  const claimed = dice.roll(2) === 0;
  const { signature: _signature, ...rest } = contents;
  const unsigned = { ...rest, files: listed, keyId: claimed ? rest.keyId : keyIdOf(privateKey) };
  const signature = signText(privateKey, signedText(unsigned));
  files.set(PACKAGE.contents, Buffer.from(contentsFile({ ...unsigned, signature })));
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
};
