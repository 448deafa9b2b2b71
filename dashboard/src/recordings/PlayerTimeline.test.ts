/** @jest-environment jsdom */
import { describe, expect, it } from '@jest/globals';
import { mount, type VueWrapper } from '@vue/test-utils';
import PlayerTimeline from './PlayerTimeline.vue';

const T0 = Date.parse('2026-03-01T12:00:00Z');
const timeline = {
  range: { startMs: T0, endMs: T0 + 100_000 },
  recorded: [
    { startMs: T0, endMs: T0 + 40_000 },
    { startMs: T0 + 50_000, endMs: T0 + 100_000 },
  ],
  gaps: [{ startMs: T0 + 40_000, endMs: T0 + 50_000, reason: 'the recorder was lost' }],
};

const build = (): VueWrapper => {
  globalThis.ResizeObserver = class implements ResizeObserver {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };
  return mount(PlayerTimeline, { props: { timeline, wallMs: T0 + 25_000 } });
};

describe('the timeline', () => {
  it('shows gaps where they are, and says why', () => {
    const gap = build().get('[data-testid=gap]');
    expect(gap.attributes('style')).toContain('left: 40%');
    expect(gap.attributes('title')).toBe('Not recorded for 0:10: the recorder was lost');
  });

  it('is a slider for the keyboard', async () => {
    const page = build();
    const bar = page.get('[role=slider]');
    expect(bar.attributes('aria-valuenow')).toBe(String(T0 + 25_000));
    for (const key of ['ArrowLeft', 'ArrowRight', 'Home', 'End', 'a']) await bar.trigger('keydown', { key });
    expect(page.emitted('skip')).toEqual([[-10], [10]]);
    expect(page.emitted('seek')).toEqual([[T0], [T0 + 100_000]]);
  });
});
