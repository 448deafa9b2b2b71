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
      code: 'limit-reached',
      message: 'Come back later.',
    };
    await nextTick();
    expect(page.get('[data-testid=refused]').text()).toContain('Come back later.');
    useConnectionStore().state = { status: 'connected' };
    await nextTick();
    expect(page.find('[data-testid=refused]').exists()).toBe(false);
  });

  it('offer to load a page again that is older than the server', async () => {
    const page = build();
    useConnectionStore().state = {
      status: 'refused',
      code: 'unsupported-protocol-version',
      message: 'Protocol version 1 is not supported.',
    };
    await nextTick();
    const banner = page.get('[data-testid=refused]');
    expect(banner.text()).toContain('Sightline has been updated.');
    expect(banner.get('button').text()).toBe('Reload');
  });

  it.each([
    ['run-ffmpeg-exited', 'broke off'],
    ['a-code-to-come', 'failed'],
  ])('say of %s what it means, not how the recorder puts it', async (code, words) => {
    const page = build();
    const message = '[rtp @ 0x55] Could not find codec parameters. A new run begins in 1000 ms.';
    useAlarmsStore().raise({ sessionId: 's1', trackId: 'display-1', code, message, atMs: 0 });
    await nextTick();
    const text = page.get('[data-testid=recording-alarm]').text();
    expect(text).toContain(words);
    expect(text).not.toContain('codec');
  });

  it('show a recording alarm until it is dismissed', async () => {
    const page = build();
    const message = 'Packets went out, but the file did not grow.';
    useAlarmsStore().raise({ sessionId: 's1', trackId: 'display-1', code: 'run-stalled', message, atMs: 0 });
    await nextTick();
    const banner = page.get('[data-testid=recording-alarm]');
    expect(banner.attributes()).toMatchObject({ role: 'alert', 'data-code': 'run-stalled' });
    expect(banner.text()).toContain('stood still and is begun anew');
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
