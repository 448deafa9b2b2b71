import type { Page } from 'playwright-core';

declare global {
  interface Window {
    peerConnections: RTCPeerConnection[];
  }
}

/** A video that a page sends, by its own statistics (W3C webrtc-stats). */
export interface SentVideo {
  readonly mimeType: string;
  readonly width: number;
  readonly keyFramesEncoded: number;
}

/** Loads the page again, and from then on knows its connections, whichever module makes them. */
export async function watchSenders(page: Page): Promise<() => Promise<SentVideo[]>> {
  await page.addInitScript(() => {
    window.peerConnections = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        window.peerConnections.push(this);
      }
    };
  });
  await page.reload();
  return () =>
    page.evaluate(async () => {
      const reports = await Promise.all(window.peerConnections.map((connection) => connection.getStats()));
      return reports.flatMap((report) => {
        const entries: Record<string, unknown>[] = [];
        report.forEach((entry: Record<string, unknown>) => entries.push(entry));
        const byId = new Map(entries.map((entry) => [entry['id'], entry]));
        return entries
          .filter(({ type, kind }) => type === 'outbound-rtp' && kind === 'video')
          .map((sent) => ({
            mimeType: String(byId.get(sent['codecId'])?.['mimeType']),
            width: Number(byId.get(sent['mediaSourceId'])?.['width']),
            keyFramesEncoded: Number(sent['keyFramesEncoded']),
          }));
      });
    });
}
