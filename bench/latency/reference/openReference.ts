import type { BrowserPage, LiveSystem } from '../liveSystem.ts';
import { startReferenceServer, type ReferencePage } from './server.ts';

/** The two browsers' pages that the product has left. */
export interface ReferencePages {
  readonly agentPage: BrowserPage;
  readonly viewerPage: BrowserPage;
}

/**
 * Shares the same screen from the same page by other means.
 *
 * @param kind `p2p`: a direct RTCPeerConnection. `recorder`: MediaRecorder, Socket.IO, MediaSource.
 */
export async function openReference(
  kind: 'p2p' | 'recorder',
  { agentPage, viewerPage }: ReferencePages,
): Promise<LiveSystem> {
  const server = await startReferenceServer();
  try {
    const page = (role: 'Capture' | 'Viewer'): ReferencePage => `${kind}${role}`;
    await agentPage.goto(server.url(page('Capture')), { waitUntil: 'networkidle' });
    await viewerPage.goto(server.url(page('Viewer')), { waitUntil: 'networkidle' });
    await agentPage.evaluate(() => window.share());
    return {
      viewerPage,
      watchSelector: '#watch',
      leaveSelector: '#leave',
      target: { videoSelector: 'video' },
      async close() {
        await agentPage.goto('about:blank');
        await viewerPage.goto('about:blank');
        await server.close();
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}
