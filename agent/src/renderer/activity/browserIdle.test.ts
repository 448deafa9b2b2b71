import { expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import type { IdleSource } from './activityReport.ts';
import { createBrowserIdle, type IdleDetectorOfBrowser } from './browserIdle.ts';

const clock = createManualClock(1_000_000);

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

interface FakeDetector extends IdleDetectorOfBrowser {
  become(state: 'active' | 'idle'): void;
}

function fakeDetector(): FakeDetector {
  let userState: 'active' | 'idle' | null = null;
  let changed = (): void => undefined;
  return {
    get userState() {
      return userState;
    },
    addEventListener: (_event, listener) => void (changed = listener),
    start: async () => void (userState = 'active'),
    become(state) {
      userState = state;
      changed();
    },
  };
}

class FakePermission extends EventTarget {
  state: PermissionState = 'prompt';
}

function create(permission: FakePermission, detector: FakeDetector | undefined): IdleSource {
  return createBrowserIdle({
    createDetector: detector === undefined ? undefined : () => detector,
    permissions: { query: async () => permission },
    clock,
    onError: (error) => {
      throw error;
    },
  });
}

it('counts from the last touch, which was a minute before the browser tells', async () => {
  const permission = new FakePermission();
  permission.state = 'granted';
  const detector = fakeDetector();
  const readIdleMs = create(permission, detector);
  await settle();
  expect(await readIdleMs()).toBe(0);
  detector.become('idle');
  clock.advance(5_000);
  expect(await readIdleMs()).toBe(65_000);
  detector.become('active');
  expect(await readIdleMs()).toBe(0);
});

it('knows nothing until it is allowed to', async () => {
  const permission = new FakePermission();
  const readIdleMs = create(permission, fakeDetector());
  await settle();
  expect(await readIdleMs()).toBeUndefined();
  permission.state = 'granted';
  permission.dispatchEvent(new Event('change'));
  await settle();
  expect(await readIdleMs()).toBe(0);
});

it('knows nothing where the browser has no such thing', async () => {
  const permission = new FakePermission();
  permission.state = 'granted';
  expect(await create(permission, undefined)()).toBeUndefined();
});
