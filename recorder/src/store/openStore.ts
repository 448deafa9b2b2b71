import { join } from 'node:path';
import {
  encodeSessionFolder,
  MANIFEST_FILE,
  type Clock,
  type MediaHold,
  type RecorderStatus,
  type SessionLocation,
} from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { Problems } from '../retention/problems.ts';
import { parseEncryptionKeys, readEncryptionKeys, type EncryptionKeys } from './encryption/encryptionKeys.ts';
import { createSegmentCipher } from './encryption/segmentCipher.ts';
import { createHoldRegister } from './holdRegister.ts';
import { createLocalSegmentStore } from './localSegmentStore.ts';
import { openLegalHolds } from './objects/legalHolds.ts';
import { openObjects } from './objects/openObjects.ts';
import type { S3Location } from './objects/s3ObjectStore.ts';
import type { SegmentStore } from './segmentStore.ts';
import { createStoredFiles } from './storedFiles.ts';

/** Where and how media is kept. */
export interface StoreConfig {
  /** Keys for encryption at rest, or the file that lists them; undefined: it stays plain. */
  encryption: { keys: string } | { file: string } | undefined;
  /** Undefined: the local disk only. */
  s3: (S3Location & { localCopyMs: number }) | undefined;
}

/** The store of a recorder. */
export interface RecorderStore {
  segments: SegmentStore;
  status(): RecorderStatus['store'];
  /** A session's manifest has got a seal. */
  manifestSealed(session: SessionLocation): void;
  /** Removes local copies of what is kept elsewhere too; resolves with the bytes freed. Undefined: there are none. */
  makeRoom: ((bytesNeeded: number) => Promise<number>) | undefined;
  /** Which sessions are held, so that they are locked in the object store. Durable when resolved. */
  holdMedia(holds: readonly MediaHold[]): Promise<void>;
  /** What it was told of a session. Undefined: there is no object store. */
  isHeld(session: SessionLocation): boolean | undefined;
  /** Begins to upload what an earlier process has left. */
  start(): void;
  /** Resolves when no upload is under way; what is left is for the next process. Idempotent. */
  close(): Promise<void>;
}

/** Opens the store below `recordingsDir`. @throws {EncryptionKeyError} */
export async function openStore(
  { encryption, s3 }: StoreConfig,
  deps: { recordingsDir: string; stateDir: string; problems: Problems; clock: Clock; logger: Logger },
): Promise<RecorderStore> {
  const { recordingsDir } = deps;
  const cipher = createSegmentCipher(encryption && (await keysOf(encryption)));
  const files = createStoredFiles(recordingsDir, cipher);
  if (s3 === undefined) {
    return {
      segments: createLocalSegmentStore({ recordingsDir, files }),
      status: () => ({ kind: 'local', backlogSegments: 0, backlogBytes: 0 }),
      manifestSealed: () => undefined,
      makeRoom: undefined,
      holdMedia: () => Promise.resolve(),
      isHeld: () => undefined,
      start: () => undefined,
      close: () => Promise.resolve(),
    };
  }
  // Loaded only where it is used: it is larger than the rest of the recorder.
  const { createS3ObjectStore } = await import('./objects/s3ObjectStore.ts');
  const common = { ...deps, objects: createS3ObjectStore(s3), random: Math.random };
  const register = await createHoldRegister(join(deps.stateDir, 'held-media'), deps.logger);
  const holds = await openLegalHolds({ ...common, register });
  const objects = openObjects({ ...common, holds, files, cipher, keepMs: s3.localCopyMs });
  return {
    segments: objects.segments,
    status() {
      const { segments, bytes } = objects.backlog();
      return { kind: 's3', backlogSegments: segments, backlogBytes: bytes };
    },
    manifestSealed: (session) => objects.manifestChanged(`${encodeSessionFolder(session)}/${MANIFEST_FILE}`),
    makeRoom: (bytesNeeded) => objects.makeRoom(bytesNeeded),
    holdMedia: (wanted) => holds.set(wanted),
    isHeld: (session) => holds.isHeld(session),
    start: () => objects.start(),
    close: () => objects.close(),
  };
}

const keysOf = (
  encryption: NonNullable<StoreConfig['encryption']>,
): Promise<EncryptionKeys> | EncryptionKeys =>
  'file' in encryption
    ? readEncryptionKeys(encryption.file)
    : parseEncryptionKeys(encryption.keys, 'SIGHTLINE_ENCRYPTION_KEY');
