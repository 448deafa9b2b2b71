/** @jest-environment jsdom */
import { describe, expect, it } from '@jest/globals';
import { mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { nextTick } from 'vue';
import { useAlarmsStore } from '../stores/alarms.ts';
import { useConnectionStore } from '../stores/connection.ts';
import { useIdleAlertsStore } from '../stores/idleAlerts.ts';
import NoticeBanners from './NoticeBanners.vue';

function build(): VueWrapper {
  const pinia = createPinia();
  setActivePinia(pinia);
  return mount(NoticeBanners, { global: { plugins: [pinia] } });
}

describe('the banners', () => {
  it('show what the server says when it refuses this page', async () => {
    const page = build();
    useConnectionStore().state = {
      status: 'refused',
      code: 'unsupported-protocol-version',
      message: 'Reload this page.',
    };
    await nextTick();
    expect(page.get('[data-testid=refused]').text()).toContain('Reload this page.');
    useConnectionStore().state = { status: 'connected' };
    await nextTick();
    expect(page.find('[data-testid=refused]').exists()).toBe(false);
  });

  it('show a recording alarm until it is dismissed', async () => {
    const page = build();
    const message = 'The recording stalled and was begun anew.';
    useAlarmsStore().raise({ sessionId: 's1', trackId: 'display-1', code: 'stalled', message, atMs: 0 });
    await nextTick();
    const banner = page.get('[data-testid=recording-alarm]');
    expect(banner.attributes()).toMatchObject({ role: 'alert', 'data-code': 'stalled' });
    expect(banner.text()).toContain(message);
    await banner.get('button').trigger('click');
    expect(page.find('[data-testid=recording-alarm]').exists()).toBe(false);
  });

  it('show whose machine is idle until it is dismissed', async () => {
    const page = build();
    useIdleAlertsStore().take({
      alertId: 'i1',
      companyId: 'c1',
      clientId: '1',
      deviceName: 'till-4',
      userId: 'bob@ws',
      idleSinceMs: 0,
      raisedAtMs: 1,
      endedAtMs: null,
    });
    await nextTick();
    const banner = page.get('[data-testid=idle-alert]');
    expect(banner.text()).toContain('till-4');
    await banner.get('button').trigger('click');
    expect(page.find('[data-testid=idle-alert]').exists()).toBe(false);
  });
});
