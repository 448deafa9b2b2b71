import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import type { ConnectionRecord, PresenceChanges } from '../db/presence.ts';
import { createPresenceWriter } from './presenceWriter.ts';

const RECORD: ConnectionRecord = {
  deviceId: 'desk',
  connectionId: null,
  machine: { userName: 'ann', hostName: 'desk', os: 'Linux' },
  state: 'online',
  streaming: false,
  paused: false,
  connectedAtMs: 0,
  lastSeenAtMs: 0,
  graceEndsAtMs: null,
  sessionId: null,
  ticket: { number: 1, issuedAtMs: 0, connectionId: 'first', confirmed: false },
  lastMessage: 0,
};

function createBench() {
  const clock = createManualClock();
  const written: PresenceChanges[] = [];
  const answers: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const writer = createPresenceWriter({
    repository: {
      write: (changes) => {
        written.push(changes);
        return new Promise((resolve, reject) => answers.push({ resolve, reject }));
      },
    },
    clock,
    logger: createLogger('test', 'silent'),
  });
  return { clock, written, answers, writer };
}

const row = (record: () => ConnectionRecord | undefined) => ({ deviceId: 'desk', record });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the presence writer', () => {
  it('writes a device once, as it is by then, however often it changed', () => {
    const { clock, writer, written } = createBench();
    let state: ConnectionRecord['state'] = 'online';
    const source = row(() => ({ ...RECORD, state }));
    writer.rowChanged(source);
    state = 'offline';
    writer.rowChanged(source);
    clock.advance(10);
    expect(written).toEqual([
      { connections: [{ ...RECORD, state: 'offline' }], messages: [], confirmed: [] },
    ]);
  });

  it('has one transaction under way; what comes meanwhile is the next', async () => {
    const { answers, clock, writer, written } = createBench();
    const first = writer.durable();
    clock.advance(10);
    const second = writer.durable();
    clock.advance(1_000);
    expect(written).toHaveLength(1);
    answers[0]?.resolve();
    await first;
    clock.advance(0);
    expect(written).toHaveLength(2);
    answers[1]?.resolve();
    await second;
    expect(clock.pending).toBe(0);
  });

  it('tells who waited that it failed, and tries again with what came since', async () => {
    const { answers, clock, writer, written } = createBench();
    writer.rowChanged(row(() => RECORD));
    const durable = writer.durable();
    durable.catch(() => undefined);
    clock.advance(10);
    answers[0]?.reject(new Error('disk full'));
    await expect(durable).rejects.toThrow('disk full');
    await turn();
    writer.dropMessages('desk', 3);
    clock.advance(1_000);
    expect(written[1]).toEqual({
      connections: [RECORD],
      messages: [],
      confirmed: [{ deviceId: 'desk', upTo: 3 }],
    });
  });

  it('does not write a device that has never come', () => {
    const { clock, writer, written } = createBench();
    writer.rowChanged(row(() => undefined));
    clock.advance(10);
    expect(written[0]?.connections).toEqual([]);
  });
});
