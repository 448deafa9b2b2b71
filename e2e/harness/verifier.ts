import { execFile } from 'node:child_process';
import { copyFile, cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { companyList, recorderList } from '@sightline/shared';
import type { Stack } from './stack.ts';

const BUNDLE = join(import.meta.dirname, '../../recorder/dist/sightline-verify.mjs');

/** What `sightline-verify` said. */
export interface Verified {
  exitCode: number;
  output: string;
}

/** Runs `sightline-verify` as somebody would who has nothing but its one file. @param folder a copy of it goes here */
export async function runVerifier(folder: string, ...args: string[]): Promise<Verified> {
  const file = join(folder, 'sightline-verify.mjs');
  await copyFile(BUNDLE, file);
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

/** Verifies all that a stack has recorded, against keys and logs of seals as its API gives them. */
export async function verifyRecordings(stack: Stack): Promise<Verified> {
  const owner = await stack.signIn();
  const args: string[] = [];
  const { recorders } = recorderList.parse(await owner.api('GET', '/api/v1/recorders'));
  for (const [at, { recorderId, publicKey }] of recorders.entries()) {
    const path = join(stack.dataDir, `recorder-${at}.pem`);
    await writeFile(path, publicKey);
    args.push('--key', `${recorderId}=${path}`);
  }
  const { companies } = companyList.parse(await owner.api('GET', '/api/v1/companies'));
  for (const [at, { companyId }] of companies.entries()) {
    const { name, value } = owner.cookie();
    const answer = await fetch(`${stack.url}/api/v1/companies/${companyId}/seals`, {
      headers: { cookie: `${name}=${value}` },
    });
    const path = join(stack.dataDir, `seals-${at}.ndjson`);
    await writeFile(path, await answer.text());
    args.push('--seals', path);
  }
  const all = join(stack.dataDir, 'all-recordings');
  for (const [at, folder] of stack.recordingFolders.entries())
    await cp(folder, join(all, String(at)), { recursive: true });
  return runVerifier(stack.dataDir, all, ...args);
}
