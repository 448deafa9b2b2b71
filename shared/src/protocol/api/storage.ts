import * as z from 'zod';
import { sha256Hex } from '../../evidence/digest.ts';
import { timeMs } from '../common.ts';
import { id } from '../media.ts';

/** Something wrong at a recorder that a person should see, until it is over. */
export const storageProblem = z.object({
  /** For example `disk-low`, `disk-full`, `disk-slow`, `store-unreachable`, `store-refused`, `checksum-mismatch`, `hold-not-locked`, `cleanup-failed`, `reconciliation`. */
  code: z.string().max(64),
  message: z.string().max(2_000),
  sinceMs: timeMs,
});

/** What is wrong at a recorder: replaces what was known of it. */
export const reportedProblems = z.object({ recorderId: id, problems: z.array(storageProblem) });

/** Answer of `GET /api/v1/storage-problems`: of recorders with which all is well there is nothing. */
export const reportedProblemsList = z.object({ recorders: z.array(reportedProblems) });

/** How a recorder and what it keeps are doing. */
export const recorderStatus = z.object({
  /** `low`: below the low-water mark, it warns. `clearing`: below the high-water mark, it removes the oldest. `full`: it refuses new runs. */
  disk: z.object({
    state: z.enum(['ok', 'low', 'clearing', 'full']),
    freeBytes: z.int().nonnegative(),
    totalBytes: z.int().nonnegative(),
  }),
  store: z.object({
    kind: z.enum(['local', 's3']),
    /** What is only on the local disk yet, and has to go to the object store. */
    backlogSegments: z.int().nonnegative(),
    backlogBytes: z.int().nonnegative(),
  }),
  /** Whether it takes new runs, and if not, why. */
  admission: z.discriminatedUnion('open', [
    z.object({ open: z.literal(true) }),
    z.object({
      open: z.literal(false),
      /** `disk-slow`: what is written takes too long to be durable. `overloaded`: processors are too busy. */
      reason: z.enum(['disk-full', 'disk-slow', 'overloaded']),
      message: z.string(),
    }),
  ]),
  runs: z.int().nonnegative(),
  problems: z.array(storageProblem).max(100),
});

/** A recorder, as `GET /api/v1/recorders` lists it. */
export const recorderView = z.object({
  recorderId: id,
  connected: z.boolean(),
  lastSeenMs: timeMs,
  /** Ed25519, SPKI in PEM: what `sightline-verify --key` takes. */
  publicKey: z.string(),
  /** SHA-256 of the key's DER. */
  keyId: sha256Hex,
  /** Null until it has told. */
  status: recorderStatus.nullable(),
});

/** Answer of `GET /api/v1/recorders`. */
export const recorderList = z.object({ recorders: z.array(recorderView) });

/** See {@link recorderStatus}. */
export type RecorderStatus = z.output<typeof recorderStatus>;
/** See {@link reportedProblems}. */
export type ReportedProblems = z.output<typeof reportedProblems>;
/** See {@link storageProblem}. */
export type StorageProblem = z.output<typeof storageProblem>;
/** See {@link recorderView}. */
export type RecorderView = z.output<typeof recorderView>;
