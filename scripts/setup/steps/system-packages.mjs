import { installMissing, missingOf } from '../apt.mjs';
import { logFileOf } from '../paths.mjs';

const name = 'system packages';

const RUN = [{ package: 'ffmpeg', command: 'ffmpeg' }];

const TEST = [
  { package: 'chromium', command: 'chromium' },
  { package: 'xvfb', command: 'Xvfb' },
  { package: 'x11-xserver-utils', command: 'xrandr' },
  { package: 'iproute2', command: 'tc' },
  { package: 'socat', command: 'socat' },
  { package: 'postgresql', command: 'initdb', under: '/usr/lib/postgresql' },
];

/**
 * What Debian has to provide.
 * @param {'run' | 'test'} group `test` adds the screen and the browser of tests, demo and benchmarks
 */
export function systemPackages(group) {
  const requirements = group === 'test' ? [...RUN, ...TEST] : RUN;
  return {
    name,
    help: 'Check that apt-get works (network, free disk space, no other apt running), then start again.',
    isDone: () => missingOf(requirements).length === 0,
    run: (report) => installMissing(missingOf(requirements), { logFile: logFileOf(name), report }),
  };
}
