import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { verifyExport } from '../sfu/src/audit/verifyExport.ts';
import { SetupError, runScript } from './setup/setup-error.mjs';

const FAULTS = {
  number: 'its number does not follow the one before: entries were removed, inserted or swapped',
  company: 'it belongs to the chain of another company',
  'previous-hash': 'the entry before it was changed',
  hash: 'it was changed',
  unreadable: 'it is no entry of an audit log',
  'cut-short': 'the file ends before the entry of its own export: something was cut off',
};

await runScript(async () => {
  const [file] = process.argv.slice(2);
  if (file === undefined || !existsSync(file)) {
    throw new SetupError(file === undefined ? 'Which file?' : `There is no file ${file}.`, {
      help: 'npm run verify-audit -- audit-acme-5.ndjson',
    });
  }
  const input = createReadStream(file, 'utf8');
  const verdict = await verifyExport(createInterface({ input, crlfDelay: Infinity }));
  if (!verdict.ok) throw new SetupError(`Line ${verdict.line} is wrong: ${FAULTS[verdict.fault]}.`);
  const { companyId, entries, headHash } = verdict;
  console.log(
    `${entries} entries of ${companyId ?? 'no company'}, an unbroken chain; its head is ${headHash}`,
  );
});
