import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@sightline/shared/node';
import { createHoldRegister } from './holdRegister.ts';
import { createOpenRuns } from './openRuns.ts';
import { createSealRegister } from './sealRegister.ts';

const logger = createLogger('test', 'silent');
const session = { companyId: 'acme', userId: 'ann', sessionId: 's1', sessionStartedAtMs: 1 };
const run = {
  runId: 'r1',
  session: { ...session, userName: 'ann', hostName: 'ws-1' },
  trackId: 'display-1',
  label: 'Display 1',
  codec: 'video/H264',
  audio: false,
  rtcpPorts: [1],
};

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sightline-notes-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** What each register holds when something was entered, by the name of its file. */
const REGISTERS: [what: string, file: string, enter: () => Promise<{ list: () => Promise<unknown[]> }>][] = [
  [
    'runs',
    'r1.json',
    async () => {
      const runs = await createOpenRuns(dir, logger);
      await runs.put(run);
      return runs;
    },
  ],
  [
    'seals',
    's1.json',
    async () => {
      const seals = await createSealRegister(dir, logger);
      await seals.add(session);
      await seals.reported('s1', 3);
      return seals;
    },
  ],
  [
    'holds',
    's1.json',
    async () => {
      const holds = await createHoldRegister(dir, logger);
      await holds.put([{ ...session, held: true }]);
      return holds;
    },
  ],
];

describe.each(REGISTERS)('the register of %s', (_what, file, enter) => {
  it.each([
    ['is empty', ''],
    ['was not written to its end', '{"session":{"comp'],
    ['says something else', '{"answer":42}'],
  ])('sets a file aside that %s, and goes on with the others', async (_how, content) => {
    await writeFile(join(dir, 'bad.json'), content);
    const { list } = await enter();
    const before = await list();
    expect(before).toHaveLength(1);
    expect((await readdir(dir)).sort()).toEqual(['bad.json.unreadable', file].sort());
    expect(await list()).toEqual(before);
  });

  it('enters anew what was set aside', async () => {
    await writeFile(join(dir, file), '');
    const { list } = await enter();
    expect(await list()).toHaveLength(1);
  });
});
