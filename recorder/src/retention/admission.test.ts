import { describe, expect, it } from '@jest/globals';
import { createAdmission } from './admission.ts';
import type { DiskState } from './diskMarks.ts';
import { createLoadMeter, parsePressure } from './loadReadings.ts';

const CALM = { cpuWaiting: 0.2, delayMs: 3 };
const STARVED = { cpuWaiting: 0.99, delayMs: 3 };
const LATE = { cpuWaiting: 0.2, delayMs: 900 };
const BETWEEN = { cpuWaiting: 0.9, delayMs: 300 };

const FAST = { state: 'ok', slow: null } as const;

describe('admission', () => {
  it('refuses while the disk is full, whatever the load', () => {
    let disk: DiskState = 'clearing';
    const admission = createAdmission({ disk: () => ({ state: disk, slow: null }) });
    admission.admit();
    disk = 'full';
    expect(() => admission.admit()).toThrow(expect.objectContaining({ code: 'disk-full' }));
    expect(admission.status).toMatchObject({ open: false, reason: 'disk-full' });
    disk = 'low';
    expect(admission.status).toEqual({ open: true });
  });

  it('refuses while the disk is slow, and says how slow', () => {
    let slow: string | null = null;
    const admission = createAdmission({ disk: () => ({ state: 'ok', slow }) });
    admission.admit();
    slow = 'It takes 3 s.';
    expect(() => admission.admit()).toThrow(
      expect.objectContaining({ code: 'disk-slow', message: 'It takes 3 s.' }),
    );
    expect(admission.status).toEqual({ open: false, reason: 'disk-slow', message: 'It takes 3 s.' });
    slow = null;
    expect(admission.status).toEqual({ open: true });
  });

  it.each([
    ['processors', STARVED],
    ['events', LATE],
  ])('refuses when %s have been short for three readings, not for a moment’s rush', (_what, load) => {
    const admission = createAdmission({ disk: () => FAST });
    for (const reading of [load, load, CALM, load, load]) admission.note(reading);
    expect(admission.status.open).toBe(true);
    admission.note(load);
    expect(() => admission.admit()).toThrow(expect.objectContaining({ code: 'overloaded' }));
  });

  it('opens again when it has been calm for three readings, not when it is only less busy', () => {
    const admission = createAdmission({ disk: () => FAST });
    for (const reading of [STARVED, STARVED, STARVED, BETWEEN, BETWEEN, BETWEEN, CALM, CALM])
      admission.note(reading);
    expect(admission.status).toMatchObject({ reason: 'overloaded' });
    admission.note(CALM);
    expect(admission.status).toEqual({ open: true });
  });
});

describe('the load of this machine', () => {
  it('is read from what the kernel says, if it says anything', () => {
    expect(
      parsePressure('some avg10=6.16 avg60=10.04 avg300=18.81 total=7020756188\nfull avg10=0 total=0\n'),
    ).toBe(7_020_756_188);
    expect(parsePressure('')).toBeUndefined();
  });

  it('is a share and a delay', async () => {
    const meter = createLoadMeter();
    await meter.read();
    const { cpuWaiting, delayMs } = await meter.read();
    meter.close();
    expect(cpuWaiting).toBeGreaterThanOrEqual(0);
    expect(cpuWaiting).toBeLessThanOrEqual(1);
    expect(delayMs).toBeGreaterThanOrEqual(0);
  });
});
