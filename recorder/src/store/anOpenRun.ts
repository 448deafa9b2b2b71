import type { OpenRun } from './openRuns.ts';

/** A run of a display without sound, for tests. */
export const anOpenRun = (change: Partial<OpenRun> = {}): OpenRun => ({
  runId: 'run',
  session: {
    companyId: 'acme',
    userId: 'zoe',
    userName: 'Zoe',
    hostName: 'ws-1',
    sessionId: 's1',
    sessionStartedAtMs: 1_700_000_000_000,
  },
  trackId: 'display-1',
  label: 'Display 1',
  codec: 'video/H264',
  audio: false,
  rtcpPorts: [1],
  ...change,
});
