import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { NO_HASH, type StorageProblem } from '@sightline/shared';
import { createLogger, keyIdOf, signHead } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import type { AuditRecord } from '../audit/auditLog.ts';
import type { StoredRecorder } from '../db/recorders.ts';
import type { ReportedSeal, SealsRepository } from '../db/seals.ts';
import {
  createRecorderRegistry,
  type RecorderIntroduction,
  type RecorderRegistry,
} from './recorderRegistry.ts';

const PROBLEM: StorageProblem = { code: 'disk-low', message: 'Make room.', sinceMs: 1 };
const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
const { privateKey, publicKey } = generateKeyPairSync('ed25519');

const introduction = (problems: StorageProblem[] = [], key = publicKey): RecorderIntroduction => ({
  recorderId: 'r1',
  mediaBaseUrl: 'http://127.0.0.1:9',
  publicKey: pemOf(key),
  status: {
    disk: { state: 'ok', freeBytes: 1, totalBytes: 2 },
    store: { kind: 'local', backlogSegments: 0, backlogBytes: 0 },
    admission: { open: true },
    runs: 0,
    problems,
  },
});
const sealBy = (key: KeyObject, change: Partial<ReportedSeal> = {}) => {
  const head = { recorderId: 'r1', sessionId: 's1', number: 2, previousHash: NO_HASH };
  const signed = { keyId: keyIdOf(key), signature: signHead(key, head) };
  return { sessionId: 's1', companyId: 'acme', sealNumber: 2, sealedHash: NO_HASH, ...signed, ...change };
};

let stored: Map<string, StoredRecorder>;
let appended: ReportedSeal[];
let audited: AuditRecord[];
let outcome: Awaited<ReturnType<SealsRepository['append']>>;
let registry: RecorderRegistry;

beforeEach(() => {
  stored = new Map();
  appended = [];
  audited = [];
  outcome = 'in-log';
  registry = createRecorderRegistry({
    known: [{ recorderId: 'r0', mediaBaseUrl: 'https://media.example/r0' }],
    recorders: {
      put: (recorder) => Promise.resolve(void stored.set(recorder.recorderId, recorder)),
      find: (recorderId) => Promise.resolve(stored.get(recorderId)),
      list: () => Promise.resolve([...stored.values()]),
    },
    seals: {
      append: (seal) => {
        appended.push(seal);
        return Promise.resolve(outcome);
      },
    },
    auditLog: {
      record: (record) => {
        audited.push(record);
        return Promise.reject(new Error('not asked for'));
      },
    },
    clock: createManualClock(5_000),
    logger: createLogger('test', 'silent'),
  });
});

describe('a recorder', () => {
  it('is entered with its key and its state', async () => {
    await registry.register(introduction());
    expect([...stored.values()]).toEqual([
      { ...introduction(), keyId: keyIdOf(publicKey), lastSeenMs: 5_000 },
    ]);
  });

  it('is a place from which pages may fetch, connected or not', async () => {
    expect(registry.mediaOrigins()).toEqual(['https://media.example']);
    const recorder = await registry.register(introduction());
    recorder.left();
    expect(registry.mediaOrigins()).toEqual(['https://media.example', 'http://127.0.0.1:9']);
  });

  it('is refused with what is no key', async () => {
    const bad = { ...introduction(), publicKey: 'x' };
    await expect(registry.register(bad)).rejects.toMatchObject({ code: 'bad-seal-key' });
    expect(stored.size).toBe(0);
  });

  it('that comes with another key than before is put on record before the new key is', async () => {
    await registry.register(introduction());
    const other = generateKeyPairSync('ed25519').publicKey;
    await expect(registry.register(introduction([], other))).rejects.toThrow('not asked for');
    expect(audited).toMatchObject([
      {
        companyId: null,
        action: 'recorder-key-changed',
        details: { keyId: keyIdOf(other), keyIdBefore: keyIdOf(publicKey) },
      },
    ]);
    expect(stored.get('r1')).toMatchObject({ keyId: keyIdOf(publicKey) });
  });

  it('shows what is wrong when that changes, until it leaves', async () => {
    const told: unknown[] = [];
    registry.events.on('problems', (recorderId, problems) => told.push([recorderId, ...problems]));
    const recorder = await registry.register(introduction([PROBLEM]));
    await recorder.told(introduction([PROBLEM]).status);
    expect(registry.problems()).toEqual([{ recorderId: 'r1', problems: [PROBLEM] }]);
    const again = await registry.register(introduction([PROBLEM]));
    recorder.left();
    again.left();
    again.left();
    expect(told).toEqual([['r1', PROBLEM], ['r1']]);
    expect(registry.problems()).toEqual([]);
  });
});

describe('a seal', () => {
  it('enters the company’s log if the recorder’s key signed it', async () => {
    await (await registry.register(introduction())).sealed(sealBy(privateKey));
    expect(appended).toEqual([{ ...sealBy(privateKey), recorderId: 'r1', atMs: 5_000 }]);
  });

  it('is refused if it was signed by another key, or for something else', async () => {
    const recorder = await registry.register(introduction());
    const other = sealBy(generateKeyPairSync('ed25519').privateKey);
    for (const seal of [
      other,
      { ...other, keyId: keyIdOf(publicKey) },
      sealBy(privateKey, { sealNumber: 3 }),
    ])
      await expect(recorder.sealed(seal)).rejects.toMatchObject({ code: 'bad-seal' });
    expect(appended).toEqual([]);
  });

  it.each([
    ['unknown-session', 'unknown-session'],
    ['conflict', 'bad-seal'],
  ] as const)('that is answered with %s is refused with %s', async (answer, code) => {
    outcome = answer;
    const recorder = await registry.register(introduction());
    await expect(recorder.sealed(sealBy(privateKey))).rejects.toMatchObject({ code });
  });
});
