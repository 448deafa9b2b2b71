/** @jest-environment jsdom */
import { describe, expect, it } from '@jest/globals';
import { mount } from '@vue/test-utils';
import ElsewhereBar from './ElsewhereBar.vue';

const noon = new Date(2026, 2, 1, 12).getTime();
const partOf = (recorderId: string, connected: boolean) => ({
  recorderId,
  recordedMs: 60_000,
  stretches: [{ fromMs: noon, toMs: noon + 60_000 }],
  connected,
});

describe('what is played of one of several recorders', () => {
  it('says what the others have, and plays what is within reach', async () => {
    const elsewhere = [partOf('r2', true), partOf('r3', false)];
    const bar = mount(ElsewhereBar, { props: { recorderId: 'r1', elsewhere } });
    expect(bar.text()).toContain('You see what the recorder r1 has. That is not all');
    const [near, far] = bar.findAll('li');
    expect(near?.text()).toContain('The recorder r2 has 2026-03-01 12:00:00 – 12:01:00 (1:00).');
    expect(far?.text()).toContain('not connected');
    expect(far?.find('button').exists()).toBe(false);
    await near?.get('button').trigger('click');
    expect(bar.emitted('choose')).toEqual([['r2']]);
  });
});
