import { beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import type { AuditRecord } from '../audit/auditLog.ts';
import { aDevice } from '../clients/aDevice.ts';
import { AgentClient } from '../clients/agentClient.ts';
import { ClientDirectory } from '../clients/directory.ts';
import type { Watcher } from '../clients/events.ts';
import { createFakeEngine } from '../media/fakeEngine.ts';
import { createLiveViews, type LiveViews } from './liveViews.ts';

const SUE: Watcher = { accountId: 'sue', name: 'Sue', address: '10.0.0.7' };
const TOM: Watcher = { accountId: 'tom', name: 'Tom', address: '10.0.0.8' };

let clock: ManualClock;
let records: AuditRecord[];
let client: AgentClient;
let liveViews: LiveViews;
let isBroken: boolean;

beforeEach(() => {
  clock = createManualClock(1_000);
  records = [];
  const directory = new ClientDirectory(createLogger('test', 'silent'));
  client = new AgentClient(
    {
      device: aDevice(),
      machine: { userName: 'ann', hostName: 'desk', os: 'Linux' },
      connectedAtMs: 0,
    },
    {
      engine: createFakeEngine(),
      clock,
      events: directory.events,
      notifier: { watched: () => undefined, publishAgain: () => undefined, offerSent: () => undefined },
    },
  );
  const record = (entry: AuditRecord) => {
    records.push(entry);
    return isBroken ? Promise.reject(new Error('disk full')) : Promise.resolve();
  };
  isBroken = false;
  liveViews = createLiveViews({ directory, audit: { record }, clock });
});

const actions = (): string[] => records.map(({ action, actor }) => `${action} ${actor.name}`);

describe('a live view', () => {
  it('is put on record when it begins, and when it ended, with its times', () => {
    client.watchedBy(SUE, 1);
    clock.advance(60_000);
    client.watchedBy(SUE, -1);
    clock.advance(5_000);
    const of = { deviceId: 'device-1', deviceName: 'Front desk', userId: 'ann@desk', fromMs: 1_000 };
    const actor = { kind: 'account', id: 'sue', name: 'Sue' };
    const entry = { companyId: 'acme', actor, address: '10.0.0.7' };
    expect(records).toEqual([
      { ...entry, action: 'live-view-began', details: of },
      { ...entry, action: 'live-view-ended', details: { ...of, toMs: 61_000 } },
    ]);
    expect(clock.pending).toBe(0);
  });

  it('goes on when it is interrupted for less than five seconds, and is another after more', () => {
    client.watchedBy(SUE, 1);
    client.watchedBy(SUE, -1);
    clock.advance(4_999);
    client.watchedBy(SUE, 1);
    clock.advance(60_000);
    expect(actions()).toEqual(['live-view-began Sue']);
    client.watchedBy(SUE, -1);
    clock.advance(5_000);
    client.watchedBy(SUE, 1);
    expect(actions()).toEqual(['live-view-began Sue', 'live-view-ended Sue', 'live-view-began Sue']);
  });

  it('is one per account, however many tiles and tabs show it', () => {
    client.watchedBy(SUE, 1);
    client.watchedBy(SUE, 1);
    client.watchedBy(TOM, 1);
    client.watchedBy(SUE, -1);
    clock.advance(10_000);
    expect(actions()).toEqual(['live-view-began Sue', 'live-view-began Tom']);
  });

  it('is no view if it cannot be put on record, and begins anew at the next attempt', async () => {
    isBroken = true;
    client.watchedBy(SUE, 1);
    await expect(liveViews.onRecord(client, SUE)).rejects.toThrow('disk full');
    client.watchedBy(SUE, -1);
    isBroken = false;
    client.watchedBy(SUE, 1);
    await liveViews.onRecord(client, SUE);
    expect(actions()).toEqual(['live-view-began Sue', 'live-view-began Sue']);
    expect(clock.pending).toBe(0);
  });

  it('ends with the server, as of when it was interrupted if it was', () => {
    client.watchedBy(SUE, 1);
    client.watchedBy(TOM, 1);
    client.watchedBy(TOM, -1);
    clock.advance(2_000);
    liveViews.close();
    expect(records.slice(2).map(({ actor, details }) => [actor.name, details?.['toMs']])).toEqual([
      ['Sue', 3_000],
      ['Tom', 1_000],
    ]);
    expect(clock.pending).toBe(0);
  });
});
