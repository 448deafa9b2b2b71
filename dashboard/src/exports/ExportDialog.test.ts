/** @jest-environment jsdom */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { exportOrder, type ExportOrder } from '@sightline/shared';
import { flushPromises, mount, RouterLinkStub, type VueWrapper } from '@vue/test-utils';
import { apiKey } from '../api/api.ts';
import { formatDateTime } from '../ui/format.ts';
import ExportDialog from './ExportDialog.vue';

const T0 = Date.parse('2026-03-01T12:00:00Z');

beforeAll(() => {
  // jsdom knows dialogs, but not how to show them.
  HTMLDialogElement.prototype.showModal = () => undefined;
});

function open({ recorders = 1 } = {}): { page: VueWrapper; ordered: ExportOrder[] } {
  const ordered: ExportOrder[] = [];
  const order = async (asked: unknown): Promise<object[]> => {
    ordered.push(exportOrder.parse(asked));
    return Array.from({ length: recorders }, () => ({}));
  };
  const api = { exports: { order } };
  const page = mount(ExportDialog, {
    props: {
      companyId: 'c1',
      source: { kind: 'session', sessionId: 's1' },
      tracks: [
        { trackId: 'display-1', label: 'Screen 1' },
        { trackId: 'display-2', label: 'Screen 2' },
      ],
      trackId: 'display-2',
      fromMs: T0,
      toMs: T0 + 60_000,
    },
    global: { provide: { [apiKey]: api }, stubs: { RouterLink: RouterLinkStub } },
  });
  return { page, ordered };
}

async function submit(page: VueWrapper): Promise<void> {
  await page.get('form').trigger('submit');
  await flushPromises();
}

const common = {
  companyId: 'c1',
  from: { kind: 'session', sessionId: 's1' },
  fromMs: T0,
  toMs: T0 + 60_000,
};

describe('the export dialog', () => {
  it('orders a video of what was marked, and nothing burnt in unless it is wanted', async () => {
    const { page, ordered } = open();
    await submit(page);
    expect(ordered).toEqual([{ ...common, output: { kind: 'video', trackId: 'display-2' } }]);
    expect(page.get('[data-testid=ordered]').text()).toContain('Exports');
  });

  it('says so if several recorders have parts of it', async () => {
    const { page } = open({ recorders: 2 });
    await submit(page);
    expect(page.get('[data-testid=ordered]').text()).toContain('2 recorders have parts of it');
  });

  it('needs a case number to burn it in', async () => {
    const { page, ordered } = open();
    await page.findAll('[type=checkbox]')[2]?.setValue(true);
    expect(page.get('[name=case-number]').attributes()).toHaveProperty('required');
    await page.get('[name=case-number]').setValue('2026-117');
    await submit(page);
    const burnIn = { wallClock: false, user: false, caseNumber: true };
    expect(ordered).toEqual([
      { ...common, caseNumber: '2026-117', output: { kind: 'video', trackId: 'display-2', burnIn } },
    ]);
  });

  it('orders an evidence package of all displays', async () => {
    const { page, ordered } = open();
    await page.get('[value=evidence]').setValue();
    await submit(page);
    expect(ordered).toEqual([{ ...common, output: { kind: 'evidence' } }]);
  });

  it('says what is wrong with a range', async () => {
    const { page } = open();
    await page.get('[name=to]').setValue(formatDateTime(T0 - 1_000).replace(' ', 'T'));
    await page.get('[name=to]').trigger('change');
    expect(page.get('[role=alert]').text()).toBe('The end has to be after the beginning.');
    expect(page.get('[type=submit]').attributes()).toHaveProperty('disabled');
  });
});
