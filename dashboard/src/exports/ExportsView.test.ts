/** @jest-environment jsdom */
import { describe, expect, it } from '@jest/globals';
import type { ExportView } from '@sightline/shared';
import { flushPromises, mount, RouterLinkStub } from '@vue/test-utils';
import { apiKey } from '../api/api.ts';
import ExportsView from './ExportsView.vue';

const noon = new Date(2026, 2, 1, 12).getTime();
const exportOf = (recorderId: string, elsewhere: ExportView['elsewhere']): ExportView => ({
  exportId: `of ${recorderId}`,
  companyId: 'c1',
  from: { kind: 'user', userId: 'ann' },
  fromMs: noon,
  toMs: noon + 60_000,
  output: { kind: 'video', trackId: 'display-1' },
  recorderId,
  elsewhere,
  requestedBy: { accountId: 'a1', name: 'Cora' },
  requestedAtMs: noon,
  state: 'done',
  progress: 1,
  message: null,
  bytes: 5,
  finishedAtMs: noon,
});

describe('the list of exports', () => {
  it('says of each that is not all what it has not got, and who has', async () => {
    const part = { sessionId: 's1', trackId: 'display-1', fromMs: noon + 20_000, toMs: noon + 60_000 };
    const listed = [exportOf('r1', [{ recorderId: 'r2', ...part }]), exportOf('r3', [])];
    const page = mount(ExportsView, {
      global: {
        provide: { [apiKey]: { exports: { list: () => Promise.resolve(listed) }, recordings: {} } },
        stubs: { RouterLink: RouterLinkStub },
      },
    });
    await flushPromises();
    const [inPart, whole] = page.findAll('[data-testid=export-row]');
    expect(inPart?.text()).toContain('Video in part');
    expect(inPart?.get('[data-testid=elsewhere]').text().replaceAll(/\s+/g, ' ')).toBe(
      'Only what the recorder r1 has. Not in here: 2026-03-01 12:00:20 – 12:01:00 (0:40), which is in the export of the recorder r2.',
    );
    expect(whole?.find('[data-testid=elsewhere]').exists()).toBe(false);
    page.unmount();
  });
});
