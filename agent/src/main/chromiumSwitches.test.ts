import { describe, expect, it } from '@jest/globals';
import { applyChromiumSwitches } from './chromiumSwitches.ts';

describe('what Chromium is started with', () => {
  it('has libwebrtc send no faster than congestion control allows, however long the queue', () => {
    const switches = new Map<string, string>();
    applyChromiumSwitches({ appendSwitch: (name, value) => void switches.set(name, value) });
    // Field trials are given as NAME/GROUP/, the last slash included (Chromium, base/metrics/field_trial.h).
    expect(switches.get('force-fieldtrials')).toBe('WebRTC-Pacer-DrainQueue/Disabled/');
  });
});
