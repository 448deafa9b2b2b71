import type { KeyObject } from 'node:crypto';
import {
  ProtocolError,
  TypedEmitter,
  type Clock,
  type RecorderStatus,
  type StorageProblem,
} from '@sightline/shared';
import { SealKeyError, isHeadSigned, keyIdOf, readPublicKey, type Logger } from '@sightline/shared/node';
import { SERVER_ACTOR } from '../audit/actors.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import type { RecordersRepository, StoredRecorder } from '../db/recorders.ts';
import type { ReportedSeal, SealsRepository } from '../db/seals.ts';

/** What a recorder says of itself. */
export interface RecorderIntroduction {
  recorderId: string;
  mediaBaseUrl: string;
  /** Ed25519, SPKI in PEM. */
  publicKey: string;
  status: RecorderStatus;
}

/** A recorder that is known, while it is connected. */
export interface RegisteredRecorder {
  readonly recorderId: string;
  /** It has told how it is doing. */
  told(status: RecorderStatus): Promise<void>;
  /** It has sealed a manifest. @throws {ProtocolError} `bad-seal`: it did not sign this. `unknown-session` */
  sealed(seal: Omit<ReportedSeal, 'recorderId' | 'atMs'>): Promise<void>;
  /** It is gone: what it complained about last stays on record, and is not current any more. May be called again. */
  left(): void;
}

/** The recorders' keys and states, and what they sealed. */
export interface RecorderRegistry {
  readonly events: TypedEmitter<{ problems: [recorderId: string, problems: readonly StorageProblem[]] }>;
  /** What is wrong now, at those that are connected and complain. */
  problems(): { recorderId: string; problems: StorageProblem[] }[];
  /** Origins from which pages fetch media and to which agents upload: of all recorders, connected or not. */
  mediaOrigins(): string[];
  /** Enters a recorder. @throws {ProtocolError} `bad-seal-key` */
  register(introduction: RecorderIntroduction): Promise<RegisteredRecorder>;
}

/** Builds the {@link RecorderRegistry}; `known` are the recorders on record. */
export function createRecorderRegistry(deps: {
  known: readonly Pick<StoredRecorder, 'recorderId' | 'mediaBaseUrl'>[];
  recorders: RecordersRepository;
  seals: Pick<SealsRepository, 'append'>;
  auditLog: Pick<AuditLog, 'record'>;
  clock: Clock;
  logger: Logger;
}): RecorderRegistry {
  const { recorders, seals, auditLog, clock, logger } = deps;
  const current = new Map<string, StorageProblem[]>();
  /** The latest registration of each recorder: an earlier one may end after it. */
  const latest = new Map<string, symbol>();
  const origins = new Map(
    deps.known.map(({ recorderId, mediaBaseUrl }) => [recorderId, new URL(mediaBaseUrl).origin]),
  );
  const events: RecorderRegistry['events'] = new TypedEmitter((err, event) => {
    logger.error({ code: 'registry-listener-failed', err, event }, 'a listener to recorders’ problems threw');
  });

  const showProblems = (recorderId: string, problems: StorageProblem[]): void => {
    const before = current.get(recorderId) ?? [];
    if (problems.length === 0) current.delete(recorderId);
    else current.set(recorderId, problems);
    if (JSON.stringify(before) !== JSON.stringify(problems)) events.emit('problems', recorderId, problems);
  };

  const noteKey = async (recorderId: string, keyId: string): Promise<void> => {
    const known = await recorders.find(recorderId);
    if (known === undefined || known.keyId === keyId) return;
    logger.error(
      { recorderId, keyId, keyIdBefore: known.keyId, code: 'recorder-key-changed' },
      'a recorder seals with another key than before: if nobody replaced it on purpose, find out who runs this recorder',
    );
    const details = { recorderId, keyId, keyIdBefore: known.keyId, publicKeyBefore: known.publicKey };
    const action = 'recorder-key-changed';
    await auditLog.record({ companyId: null, action, actor: SERVER_ACTOR, address: null, details });
  };

  return {
    events,
    problems: () => [...current].map(([recorderId, problems]) => ({ recorderId, problems })),
    mediaOrigins: () => [...new Set(origins.values())],
    async register({ recorderId, mediaBaseUrl, publicKey, status }) {
      const key = parseKey(publicKey);
      const keyId = keyIdOf(key);
      await noteKey(recorderId, keyId);
      const known: Omit<StoredRecorder, 'status' | 'lastSeenMs'> = {
        recorderId,
        mediaBaseUrl,
        publicKey,
        keyId,
      };
      const registration = Symbol(recorderId);
      latest.set(recorderId, registration);
      const told = async (newStatus: RecorderStatus): Promise<void> => {
        if (latest.get(recorderId) === registration) showProblems(recorderId, newStatus.problems);
        await recorders.put({ ...known, status: newStatus, lastSeenMs: clock.nowMs() });
      };
      await told(status);
      origins.set(recorderId, new URL(mediaBaseUrl).origin);
      return {
        recorderId,
        told,
        async sealed(seal) {
          const { sessionId, sealNumber: number, sealedHash: previousHash, signature } = seal;
          const head = { recorderId, sessionId, number, previousHash };
          if (seal.keyId !== keyId || !isHeadSigned(key, head, signature)) throw badSeal('not signed by');
          const outcome = await seals.append({ ...seal, recorderId, atMs: clock.nowMs() });
          if (outcome === 'unknown-session') {
            throw new ProtocolError(
              'unknown-session',
              'No such session is on record; report it again later.',
            );
          }
          if (outcome === 'in-log') return;
          logger.error(
            { recorderId, sessionId, sealNumber: number, code: 'seal-conflict' },
            'a recorder has sealed two different histories of a session: keep both for an investigation',
          );
          throw badSeal('already in the log with another hash, by');
        },
        left() {
          if (latest.get(recorderId) !== registration) return;
          latest.delete(recorderId);
          showProblems(recorderId, []);
        },
      };
    },
  };
}

const badSeal = (what: string): ProtocolError =>
  new ProtocolError(
    'bad-seal',
    `This seal is ${what} this recorder’s key; it stays out of the company’s log.`,
  );

function parseKey(pem: string): KeyObject {
  try {
    return readPublicKey(pem);
  } catch (error) {
    if (error instanceof SealKeyError) throw new ProtocolError('bad-seal-key', error.message);
    throw error;
  }
}
