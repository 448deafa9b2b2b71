/** @jest-environment jsdom */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { holdOrder } from '@sightline/shared';
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { apiKey } from '../api/api.ts';
import { formatDateTime } from '../ui/format.ts';
import { describeHoldTimes } from './describeHold.ts';
import PlaceHoldDialog from './PlaceHoldDialog.vue';

const T0 = Date.parse('2026-03-01T12:00:00Z');

beforeAll(() => {
  // jsdom knows dialogs, but not how to show them.
  HTMLDialogElement.prototype.showModal = () => undefined;
  HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) {
    this.dispatchEvent(new Event('close'));
  };
});

async function open(session?: { sessionId: string; title: string }, tooLateFor: string[] = []) {
  const placed: unknown[] = [];
  const devices = [
    { name: 'till 4', userId: 'ann@till-4', deviceId: 'd1' },
    { name: 'till 5', userId: 'ann@till-4', deviceId: 'd2' },
  ];
  const api = {
    holds: {
      place: async (_companyId: string, order: unknown) => {
        placed.push(holdOrder.parse(order));
        return { tooLateFor };
      },
    },
    organisation: { devices: async () => devices },
  };
  const page: VueWrapper = mount(PlaceHoldDialog, {
    props: { companyId: 'c1', ...(session && { session }) },
    global: { provide: { [apiKey]: api } },
  });
  await flushPromises();
  await page.get('[name=reason]').setValue('file 77');
  return { page, placed };
}

async function submit(page: VueWrapper): Promise<void> {
  await page.get('form').trigger('submit');
  await flushPromises();
}

describe('placing a hold', () => {
  it('names a user, who may have had several devices, and from when on', async () => {
    const { page, placed } = await open();
    expect(page.findAll('[name=user] option').map((option) => option.text())).toEqual([
      'Choose',
      'ann@till-4 (till 4, till 5)',
    ]);
    await page.get('[name=user]').setValue('ann@till-4');
    await page.get('[name=from]').setValue(formatDateTime(T0).replace(' ', 'T'));
    await page.get('[name=from]').trigger('change');
    await submit(page);
    const target = { kind: 'user', userId: 'ann@till-4', fromMs: T0, toMs: null };
    expect(placed).toEqual([{ target, reason: 'file 77' }]);
    expect(page.emitted()).toMatchObject({ placed: [[]], close: [[]] });
  });

  it('is for one session where it is asked for from there', async () => {
    const { page, placed } = await open({ sessionId: 's1', title: 'The session of ann' });
    await submit(page);
    expect(placed).toEqual([{ target: { kind: 'session', sessionId: 's1' }, reason: 'file 77' }]);
  });

  it('says for how many sessions it comes too late', async () => {
    const { page } = await open({ sessionId: 's1', title: 'The session of ann' }, ['s1']);
    await submit(page);
    expect(page.get('[role=alert]').text()).toContain('too late for 1 session whose deletion');
    expect(page.emitted('close')).toBeUndefined();
  });
});

describe('the times of a hold', () => {
  it.each([
    [null, null, 'At any time'],
    [T0, null, `From ${formatDateTime(T0)} on`],
    [null, T0, `Until ${formatDateTime(T0)}`],
    [T0, T0 + 1_000, `${formatDateTime(T0)} – ${formatDateTime(T0 + 1_000)}`],
  ])('from %p to %p are in words', (fromMs, toMs, words) => {
    expect(describeHoldTimes({ kind: 'company', fromMs, toMs })).toBe(words);
  });
});
