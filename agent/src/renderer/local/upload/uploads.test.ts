import { beforeEach, describe, expect, it } from '@jest/globals';
import { agentRequests, createRequester, type LocalPiece } from '@sightline/shared';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import type { KeptPiece } from '../piece.ts';
import { NoRoomThere } from './tusUpload.ts';
import { createUploads, type Uploads } from './uploads.ts';

const P1 = '1f0b3c52-7f4d-4a8e-9b58-3d2f6a7c0e11';
const P2 = '2e1c4d63-8a5e-4b9f-8c69-4e3a7b8d1f22';

/** Where a piece is to go, if not to the usual one. */
const hosts = new Map<string, string>();
const addressOf = (pieceId: string): string => `${hosts.get(pieceId) ?? 'https://r'}/uploads/${pieceId}`;

type Verdict = 'upload' | 'wait' | 'done';

const piece = (pieceId: string, fromMs: number): KeptPiece => ({
  ...{ pieceId, sessionId: 's1', trackId: 'display-1', label: 'Screen 1' },
  ...{ fromMs, clockOffsetMs: 5, bytes: 3, durationMs: 60_000.4 },
});

let clock: ManualClock;
let kept: Map<string, KeptPiece>;
let verdicts: Map<string, Verdict>;
let offered: LocalPiece[][];
let sent: string[];
let sending: PromiseWithResolvers<void>;
let signals: AbortSignal[];
let hashed: number;
let isLost: boolean;
let errors: unknown[];
let uploads: Uploads;

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
}

async function answer(_name: string, payload: unknown): Promise<unknown> {
  if (isLost) throw new Error('lost');
  const { pieces } = agentRequests['offer-pieces'].request.parse(payload);
  offered.push(pieces);
  const answers = pieces.map(({ pieceId }) => {
    const verdict = verdicts.get(pieceId) ?? 'wait';
    return { pieceId, answer: verdict, url: addressOf(pieceId), token: 't' };
  });
  return { ok: true, data: { answers } };
}

beforeEach(() => {
  clock = createManualClock();
  kept = new Map([piece(P1, 1_000), piece(P2, 61_000)].map((one) => [one.pieceId, one]));
  verdicts = new Map();
  hosts.clear();
  offered = [];
  sent = [];
  sending = Promise.withResolvers();
  signals = [];
  hashed = 0;
  isLost = false;
  errors = [];
  uploads = createUploads({
    folder: {
      list: async () => [...kept.values()],
      read: async () => new Blob(['abc']),
      amend: async (record) => {
        const before = kept.get(record.pieceId);
        if (before !== undefined) kept.set(record.pieceId, { ...before, ...record });
      },
      remove: async (pieceId) => void kept.delete(pieceId),
    },
    request: createRequester({ timeout: () => ({ emitWithAck: answer }) }, agentRequests),
    send: (_file, { url }, _pace, signal) => {
      sent.push(url);
      signals.push(signal);
      return sending.promise;
    },
    sha256: async () => {
      hashed += 1;
      return 'a'.repeat(64);
    },
    pace: { turn: async () => undefined },
    clock,
    onError: (error) => errors.push(error),
    onListenerError: (error) => {
      throw error;
    },
  });
});

describe('what was recorded here', () => {
  it('is offered at every login and every 30 s, and hashed once', async () => {
    await settle();
    expect(uploads.keptMs).toBeCloseTo(120_000, -1);
    uploads.connected();
    await settle();
    clock.advance(30_000);
    await settle();
    expect(offered).toHaveLength(2);
    expect(offered[0]?.map(({ pieceId, toMs }) => [pieceId, toMs])).toEqual([
      [P1, 61_000],
      [P2, 121_000],
    ]);
    expect(hashed).toBe(2);
  });

  it('is sent one after the other, the oldest first, and stays here until it is confirmed', async () => {
    verdicts = new Map([
      [P1, 'upload'],
      [P2, 'upload'],
    ]);
    uploads.connected();
    await settle();
    clock.advance(30_000);
    await settle();
    expect(sent).toEqual([addressOf(P1)]);
    verdicts = new Map([[P1, 'done']]);
    sending.resolve();
    await settle();
    expect(sent).toEqual([addressOf(P1), addressOf(P2)]);
    expect([...kept.keys()]).toEqual([P2]);
    verdicts = new Map([[P2, 'done']]);
    clock.advance(30_000);
    await settle();
    expect(kept.size).toBe(0);
    expect(uploads.keptMs).toBe(0);
    const before = offered.length;
    clock.advance(60_000);
    await settle();
    expect(offered).toHaveLength(before);
  });

  it('is interrupted by a loss without a word, and gone on with after the next login', async () => {
    verdicts = new Map([[P1, 'upload']]);
    uploads.connected();
    await settle();
    uploads.disconnected();
    expect(signals[0]?.aborted).toBe(true);
    sending.reject(new Error('interrupted'));
    await settle();
    sending = Promise.withResolvers();
    uploads.connected();
    await settle();
    expect(sent).toHaveLength(2);
    expect(errors).toEqual([]);
  });

  it('is kept when an upload fails, which is told and holds up nothing else, and offered again', async () => {
    verdicts = new Map([
      [P1, 'upload'],
      [P2, 'upload'],
    ]);
    uploads.connected();
    await settle();
    sending.reject(new Error('503'));
    await settle();
    expect(errors).toEqual([new Error('503'), new Error('503')]);
    expect(sent).toEqual([addressOf(P1), addressOf(P2)]);
    sending = Promise.withResolvers();
    clock.advance(30_000);
    await settle();
    expect(sent).toHaveLength(3);
    expect(kept.size).toBe(2);
  });

  it('waits where the server has no room, which is asked once in the time that it gave and told once', async () => {
    verdicts = new Map([
      [P1, 'upload'],
      [P2, 'upload'],
    ]);
    sending.reject(new NoRoomThere(60_000));
    sending.promise.catch(() => undefined);
    uploads.connected();
    for (let round = 0; round < 20; round += 1) {
      await settle();
      clock.advance(30_000);
    }
    await settle();
    expect(sent.length).toBeGreaterThan(5);
    expect(sent.length).toBeLessThanOrEqual(11);
    expect(errors).toEqual([new NoRoomThere(60_000)]);
    expect(kept.size).toBe(2);
    sending = Promise.withResolvers();
    sent.length = 0;
    clock.advance(60_000);
    await settle();
    expect(sent).toEqual([addressOf(P1)]);
  });

  it('goes where there is room while another server has none', async () => {
    verdicts = new Map([
      [P1, 'upload'],
      [P2, 'upload'],
    ]);
    hosts.set(P2, 'https://other');
    sending.reject(new NoRoomThere(60_000));
    sending.promise.catch(() => undefined);
    uploads.connected();
    await settle();
    expect(sent).toEqual([addressOf(P1), addressOf(P2)]);
  });

  it('is offered with the clock offset that was measured later', async () => {
    uploads.amend([{ ...piece(P1, 1_000), clockOffsetMs: -3_600_000 }]);
    uploads.connected();
    await settle();
    expect(offered[0]?.[0]?.clockOffsetMs).toBe(-3_600_000);
  });

  it('is offered in turns where there is more than one offer holds, however many have to wait', async () => {
    const idOf = (at: number): string => `1f0b3c52-7f4d-4a8e-9b58-${String(at).padStart(12, '0')}`;
    for (let at = 0; at < 250; at += 1) kept.set(idOf(at), piece(idOf(at), at * 60_000));
    uploads.connected();
    for (let round = 0; round < 2; round += 1) {
      await settle();
      clock.advance(30_000);
    }
    await settle();
    const newer = new Set(offered.slice(0, 3).flatMap((pieces) => pieces.map(({ pieceId }) => pieceId)));
    expect(offered.map((pieces) => pieces.length)).toEqual([100, 100, 100]);
    expect(newer.size).toBe(kept.size);
  });

  it('says nothing of requests that failed with the connection', async () => {
    isLost = true;
    uploads.connected();
    uploads.disconnected();
    await settle();
    expect(errors).toEqual([]);
  });
});
