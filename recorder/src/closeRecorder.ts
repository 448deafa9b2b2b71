import type { SfuLink } from './control/sfuLink.ts';
import type { SealReports } from './evidence/sealReports.ts';
import type { Caretaker } from './runs/caretaker.ts';
import type { Supervisor } from './runs/supervisor.ts';

/** What ends with a recorder. */
export interface RecorderParts {
  supervisor: Pick<Supervisor, 'close'>;
  caretaker: Pick<Caretaker, 'close'>;
  /** Resolves when no run of an earlier process is being adopted. */
  adopting: Promise<void>;
  sealReports: Pick<SealReports, 'drain'>;
  link: Pick<SfuLink, 'close'>;
  /** What talks to the sfu while it listens. */
  talking: readonly { pause(): void }[];
  /** What is let come to a point from which the next start goes on. */
  working: readonly { close(): Promise<void> }[];
  mediaStore: { close(): Promise<void> };
  server: { close(): Promise<unknown> };
  certificate: { close(): void } | undefined;
}

/**
 * Ends a recorder. The sfu has other recorders go on with its runs when the link is closed, so nothing that may take long comes before
 * that: only the ends of its own runs, with their segments and seals, which nobody else could tell of until the next start.
 */
export async function closeRecorder(parts: RecorderParts): Promise<void> {
  const { supervisor, caretaker, sealReports, link, talking, working, mediaStore, server } = parts;
  await supervisor.close('The recorder is shutting down.');
  await sealReports.drain();
  caretaker.close();
  // Told to end before the sfu is gone, so that they do not complain of that.
  const idle = Promise.all([parts.adopting, ...working.map((part) => part.close())]);
  for (const part of talking) part.pause();
  link.close();
  await idle;
  await mediaStore.close();
  await server.close();
  parts.certificate?.close();
}
