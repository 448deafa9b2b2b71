/** @jest-environment jsdom */
import { describe, expect, it } from '@jest/globals';
import { mount, type VueWrapper } from '@vue/test-utils';
import CoveragePanel from './CoveragePanel.vue';
import type { Coverage } from './coverage.ts';
import { NO_MARKS } from './marks.ts';
import PlayerTimeline from './PlayerTimeline.vue';

const T0 = Date.parse('2026-03-01T12:00:00Z');
const coverage: Coverage = {
  range: { startMs: T0, endMs: T0 + 100_000 },
  spans: [
    { startMs: T0, endMs: T0 + 40_000, look: 'live', words: 'recorded live' },
    {
      startMs: T0 + 40_000,
      endMs: T0 + 50_000,
      look: 'lost',
      words: 'not recorded: no recorder was running',
    },
    { startMs: T0 + 50_000, endMs: T0 + 100_000, look: 'live', words: 'recorded live' },
  ],
};

const thumbnail = {
  startSeconds: 0,
  endSeconds: 9,
  url: 'https://rec.test/0.jpg',
  y: 90,
  width: 160,
  height: 90,
};

const build = (): VueWrapper => {
  globalThis.ResizeObserver = class implements ResizeObserver {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };
  return mount(PlayerTimeline, {
    props: {
      coverage,
      wallMs: T0 + 25_000,
      marks: { ...NO_MARKS, startMs: T0 + 10_000 },
      thumbnailFor: (wallMs: number) => ({ ...thumbnail, x: wallMs - T0 }),
    },
  });
};

describe('the timeline', () => {
  it('shows what is missing where it is, by pattern', () => {
    const gap = build().get('[data-testid=gap]');
    expect(gap.attributes('style')).toContain('left: 40%');
    expect(gap.attributes('data-look')).toBe('lost');
  });

  it('is a slider for the keyboard, and says what is there', async () => {
    const page = build();
    const bar = page.get('[role=slider]');
    expect(bar.attributes('aria-valuenow')).toBe(String(T0 + 25_000));
    expect(bar.attributes('aria-valuetext')).toContain(', recorded live');
    for (const key of ['ArrowLeft', 'ArrowRight', 'Home', 'End', 'a']) await bar.trigger('keydown', { key });
    expect(page.emitted('skip')).toEqual([[-10], [10]]);
    expect(page.emitted('seek')).toEqual([[T0], [T0 + 100_000]]);
  });

  it('shows the picture of a moment to those who point at it, and to those who focus it', async () => {
    const page = build();
    expect(page.find('[data-testid=bubble]').exists()).toBe(false);
    await page.get('[role=slider]').trigger('focus');
    expect(page.get('[data-testid=bubble]').text()).toContain('recorded live');
    expect(page.get('[data-testid=thumbnail]').attributes('style')).toContain('-25000px -90px');
    await page.setProps({ wallMs: T0 + 45_000 });
    expect(page.get('[data-testid=bubble]').text()).toContain('no recorder was running');
    expect(page.find('[data-testid=thumbnail]').exists()).toBe(false);
  });

  it('shows what is marked', () => {
    expect(build().get('[data-testid=marked]').attributes('style')).toContain('left: 10%');
  });
});

describe('the list of what is missing', () => {
  it('names every stretch with its reason, and leads there', async () => {
    const page = mount(CoveragePanel, { props: { coverage } });
    const rows = page.findAll('[data-testid=gap-row]');
    expect(rows.map((row) => row.text())).toEqual([expect.stringMatching(/0:10.*no recorder was running/)]);
    await rows[0]?.get('button').trigger('click');
    expect(page.emitted('seek')).toEqual([[T0 + 40_000]]);
    expect(page.get('ul').text()).toMatch(/Recorded live 1:30.*Missing 0:10/);
  });
});
