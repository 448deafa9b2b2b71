import { readFileSync, statSync, createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { keyIdOf, readPublicKey, SealKeyError } from '@sightline/shared/node';
import { parseEncryptionKeys, type EncryptionKeys } from '../store/encryption/encryptionKeys.ts';
import { openFolder } from './evidenceTree.ts';
import { EvidenceFault } from './finding.ts';
import { describeFinding, describeSummary, isComplete } from './report.ts';
import { together } from './together.ts';
import { verifyEvidence, type Evidence, type Summary, type Verdict } from './verifyEvidence.ts';
import { openZip } from './zipTree.ts';

const USAGE = `sightline-verify PATH… --key [RECORDER=]PUBLIC [--key …] [--seals FILE …] [--encryption-key FILE]

  PATH    a session's folder, a folder with sessions, or an evidence package, unpacked or as a zip; the packages of one
          order, one of each recorder, together
  --key   public key of a recorder (PEM), from outside of what is verified; one for each recorder. With more than one, say
          whose each is, as RECORDER=FILE: else the log of seals or a package is believed in that
  --seals log of all seals of a company, as "GET /api/v1/companies/ID/seals" exports it: shows ends that were cut off,
          whole sessions that are missing, and such as it never heard of. Export it before the recordings are copied: what is
          sealed in between would seem to be cut off.
          Older copies, given too, show whether it was written anew
  --encryption-key  the recorder's SIGHTLINE_ENCRYPTION_KEY_FILE, if what it stores is encrypted; evidence packages are not

It exits with 0 if everything is whole, with 1 if something is wrong, and names it, with 2 if it was used wrongly, could not
read everything, a session is not in the log of seals that was given, or other recorders have more.`;

/** The command was used wrongly. */
class UsageError extends Error {}

process.exitCode = await run(process.argv.slice(2));

async function run(args: readonly string[]): Promise<number> {
  try {
    const { paths, ...against } = readUsage(args);
    const summaries: Summary[] = [];
    for (const path of paths) {
      const verdict = await verifyPath(path, against);
      if (!verdict.ok) {
        process.stdout.write(`${heading(path, paths)}${describeFinding(verdict.finding)}\n`);
        return 1;
      }
      summaries.push(verdict.summary);
    }
    const found = together(summaries);
    for (const [at, summary] of found.entries()) {
      const described = describeSummary(summary, against.sealLogs.length > 0);
      process.stdout.write(`${heading(paths[at] ?? '', paths)}${described}\n`);
    }
    return found.every(isComplete) ? 0 : 2;
  } catch (error) {
    if (error instanceof UsageError) process.stderr.write(`${error.message}\n\n${USAGE}\n`);
    else if (error instanceof Error && 'syscall' in error)
      process.stderr.write(`Nothing is proven: it could not be read (${error.message}).\n`);
    else throw error;
    return 2;
  }
}

/** Tells of which path the rest is, if there are several. */
function heading(path: string, { length }: readonly string[]): string {
  return length > 1 ? `${path}\n` : '';
}

async function verifyPath(path: string, against: Omit<Evidence, 'tree'>): Promise<Verdict> {
  if (statSync(path).isDirectory()) return verifyEvidence({ ...against, tree: await openFolder(path) });
  try {
    const tree = await openZip(path);
    try {
      return await verifyEvidence({ ...against, tree });
    } finally {
      tree.close();
    }
  } catch (error) {
    if (error instanceof EvidenceFault) return { ok: false, finding: error.finding };
    throw error;
  }
}

function readUsage(args: readonly string[]): { paths: string[] } & Omit<Evidence, 'tree'> {
  const { positionals, values } = parse(args);
  const keyFile = values['encryption-key'];
  if (positionals.length === 0) throw new UsageError('Which PATH? At least one is needed.');
  const missing = positionals.find((path) => statSync(path, { throwIfNoEntry: false }) === undefined);
  if (missing !== undefined) throw new UsageError(`There is no ${missing}.`);
  if (values.key.length === 0) throw new UsageError('At least one --key is needed.');
  return {
    paths: positionals,
    ...readKeys(values.key),
    encryptionKeys: keyFile === undefined ? undefined : readEncryptionKeys(keyFile),
    sealLogs: values.seals.map((file) => {
      if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
        throw new UsageError(`There is no file ${file}.`);
      return { file: basename(file), open: () => createReadStream(file) };
    }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        key: { type: 'string', multiple: true, default: [] },
        seals: { type: 'string', multiple: true, default: [] },
        'encryption-key': { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readEncryptionKeys(file: string): EncryptionKeys {
  try {
    return parseEncryptionKeys(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw new UsageError(error.message);
    throw error;
  }
}

function readKeys(given: readonly string[]): Required<Pick<Evidence, 'keys' | 'owners'>> {
  const known = given.map((one) => {
    const [, recorderId, file] = /^([^=]+)=(.+)$/s.exec(one) ?? [];
    // A file may be named so too.
    const isNamed = file !== undefined && statSync(one, { throwIfNoEntry: false }) === undefined;
    return isNamed ? { recorderId, key: readKey(file) } : { recorderId: undefined, key: readKey(one) };
  });
  return {
    keys: known.map(({ key }) => key),
    owners: known.flatMap(({ recorderId, key }) =>
      recorderId === undefined ? [] : [{ recorderId, keyId: keyIdOf(key) }],
    ),
  };
}

function readKey(file: string): Evidence['keys'][number] {
  try {
    return readPublicKey(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SealKeyError || (error instanceof Error && 'code' in error))
      throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}
