import type { ExportJob } from '@sightline/shared';

/** An order for a video of a user's display, for tests. */
export const anExportJob = (exportId: string): ExportJob => ({
  exportId,
  order: {
    companyId: 'c',
    from: { kind: 'user', userId: 'u' },
    fromMs: 0,
    toMs: 1,
    output: { kind: 'video', trackId: 'display-1' },
  },
  userName: 'u',
  sources: [{ companyId: 'c', userId: 'u', sessionId: 's', sessionStartedAtMs: 0, trackId: 'display-1' }],
  elsewhere: [],
});
