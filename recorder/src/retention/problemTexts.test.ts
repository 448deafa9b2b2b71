import { expect, it } from '@jest/globals';
import { MANIFEST_FILE, encodeTrackFolder, type DeletionClaim } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { hostileText } from '@sightline/shared/testing/names';
import fc from 'fast-check';
import { createFakeSfu } from '../control/fakeSfu.ts';
import { createFakeObjectStore } from '../store/objects/fakeObjectStore.ts';
import { openLegalHolds } from '../store/objects/legalHolds.ts';
import { ObjectStoreError } from '../store/objects/objectStore.ts';
import { createUploads } from '../store/objects/uploads.ts';
import { SegmentMissing } from '../store/segmentStore.ts';
import { createProblems, type Problems } from './problems.ts';
import { createPruner } from './pruner.ts';

const logger = createLogger('test', 'silent');
/** Names begin with it, so that a short one is not found by chance. */
const MARK = 'Zq7';

interface Case {
  claim: DeletionClaim;
  /** A file of the session, as the disk and the object store call it. */
  key: string;
  /** What the operating system says of it. */
  fault: Error;
  problems: Problems;
}

const until = async (what: () => boolean): Promise<void> => {
  while (!what()) await new Promise((resolve) => setImmediate(resolve));
};
const waitFor = (problems: Problems, code: string): Promise<void> =>
  until(() => problems.list().some((problem) => problem.code === code));
const clock = createManualClock();
const common = { clock, logger, random: () => 0 };
const neverStored = { onStored: () => Promise.resolve() };

const sources: Record<string, (made: Case) => Promise<void>> = {
  'a deletion that fails': async ({ claim, fault, problems }) => {
    const request = createFakeSfu((name) => (name === 'claim-deletions' ? { claims: [claim] } : {}));
    const deleteSession = () => Promise.reject(fault);
    const here = { isHere: () => Promise.resolve(true), isBusy: () => Promise.resolve(false) };
    await createPruner({ request, deleteSession, ...here, problems, logger }).prune({ cause: 'retention' });
  },
  'a segment that is not there': async ({ claim, key, problems }) => {
    const request = createFakeSfu((name) => (name === 'claim-deletions' ? { claims: [claim] } : {}));
    const gone = new SegmentMissing({ runFolder: key, name: { index: 0, startMs: 0, durationMs: 0 } });
    const deleteSession = () => Promise.reject(gone);
    const here = { isHere: () => Promise.resolve(true), isBusy: () => Promise.resolve(false) };
    await createPruner({ request, deleteSession, ...here, problems, logger }).prune({ cause: 'retention' });
  },
  'a file that cannot be read for its upload': async ({ key, fault, problems }) => {
    const read = () => Promise.reject(fault);
    createUploads({ ...common, ...neverStored, objects: createFakeObjectStore(), read, problems }).add(
      key,
      1,
    );
    await waitFor(problems, 'upload-failed');
  },
  'an object that is not what was given': async ({ key, problems }) => {
    const objects = createFakeObjectStore();
    objects.fault = 'checksum-mismatch';
    const read = () => Promise.resolve(Buffer.from('media'));
    createUploads({ ...common, ...neverStored, objects, read, problems }).add(key, 1);
    await waitFor(problems, 'checksum-mismatch');
  },
  'a lock that cannot be set': async ({ claim, fault, problems }) => {
    const objects = { ...createFakeObjectStore(), hasObjectLock: () => Promise.reject(fault) };
    const held = { ...claim, held: true, settled: false };
    const done = { put: () => Promise.resolve(), settled: () => Promise.resolve() };
    const register = { ...done, remove: () => Promise.resolve(), list: () => Promise.resolve([held]) };
    const holds = await openLegalHolds({ ...common, objects, register, problems });
    holds.start();
    await waitFor(problems, 'hold-not-locked');
    await holds.close();
  },
};

const name = fc
  .oneof(fc.constantFrom('acme', 'ann@desk', 'Zoë'), hostileText)
  .map((text) => `${MARK}${text.toWellFormed().slice(0, 24).toWellFormed()}`);

it.each(Object.entries(sources))(
  'tells everybody nothing of whose recordings it is: %s',
  async (_what, raise) => {
    await fc.assert(
      fc.asyncProperty(name, name, async (companyId, userId) => {
        const session = { companyId, userId, sessionId: 's1', sessionStartedAtMs: 0 };
        const key = `${encodeTrackFolder({ ...session, trackId: 'd1' })}/r1/${MANIFEST_FILE}`;
        const fault = Object.assign(new Error(`EIO: i/o error, open '/data/recordings/${key}'`), {
          code: 'EIO',
        });
        const problems = createProblems({ clock, logger });
        const claim = { claimId: 'c1', cause: 'retention-age' as const, ...session };
        await raise({ claim, key, fault, problems });
        const texts = problems.list().map(({ message }) => message);
        expect(texts).toHaveLength(1);
        for (const text of texts) expect(text).not.toContain(MARK);
      }),
      { numRuns: 20 },
    );
  },
);

it('says of an object store what is wrong with it', async () => {
  const problems = createProblems({ clock, logger });
  const put = () => Promise.reject(new ObjectStoreError('store-refused', 'It refuses (AccessDenied).'));
  const read = () => Promise.resolve(Buffer.from('media'));
  createUploads({ ...common, ...neverStored, objects: { put }, read, problems }).add('key', 1);
  await waitFor(problems, 'store-refused');
  expect(problems.list()[0]?.message).toMatch(/^It refuses \(AccessDenied\)\. What is recorded stays/);
});
