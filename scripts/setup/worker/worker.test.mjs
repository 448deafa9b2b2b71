import { describe, expect, it } from '@jest/globals';
import { buildProgress } from './build.mjs';
import { distributionOf, workerCachePaths } from './cache-path.mjs';
import { prebuiltUrl } from './prebuilt.mjs';

const OS_RELEASE = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n';

describe('where workers are kept', () => {
  it('separates what was fetched from what was built for one distribution', () => {
    const platform = { version: '3.27.1', platform: 'linux', arch: 'x64', osRelease: OS_RELEASE };
    expect(workerCachePaths({ ...platform, cacheDir: '/cache' })).toEqual({
      prebuilt: '/cache/mediasoup-worker/3.27.1/linux-x64/mediasoup-worker',
      built: '/cache/mediasoup-worker/3.27.1/linux-x64-debian-12/mediasoup-worker',
    });
  });

  it('knows a distribution by name and version, where it has them', () => {
    expect(distributionOf(OS_RELEASE)).toBe('debian-12');
    expect(distributionOf('ID=arch\n')).toBe('arch');
    expect(distributionOf('')).toBe('');
  });
});

it("names the prebuilt worker as mediasoup's own installer does", () => {
  const manifest = {
    version: '3.27.1',
    repository: { url: 'git+https://github.com/versatica/mediasoup.git' },
  };
  expect(prebuiltUrl(manifest, { platform: 'linux', arch: 'x64', kernel: '6.1.0-30-amd64' })).toBe(
    'https://github.com/versatica/mediasoup/releases/download/3.27.1/mediasoup-worker-3.27.1-linux-x64-kernel6.tgz',
  );
});

it("reads the build's progress from ninja", () => {
  expect(buildProgress('[134/261] Compiling C++ object x.o')).toBe('compiled 134 of 261 files');
  expect(buildProgress('warning: unused')).toBeUndefined();
});
