import { TypedEmitter, type ExportJob, type RunEndReason, type RunOrder } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';

/** A connected recorder, as the sfu orders from it. */
export interface RecorderLink {
  readonly recorderId: string;
  /** Where browsers fetch its media, without a slash at the end. */
  readonly mediaBaseUrl: string;
  /** Resolves when ffmpeg listens. @throws {ProtocolError} */
  startRun(order: RunOrder): Promise<{ host: string; rtpPort: number; rtcpPort: number }>;
  /** Resolves when the run's last segment is durable. @throws {ProtocolError} */
  stopRun(runId: string): Promise<void>;
  /** Resolves when its queue on disk has the export. @throws {ProtocolError} */
  startExport(job: ExportJob): Promise<void>;
  /** Resolves when nothing of the export is left. @throws {ProtocolError} */
  cancelExport(exportId: string): Promise<void>;
  keyFrameSent(runId: string, rtpTimestamp: number, atMs: number): void;
}

/** What happens to recorders. */
export type RecorderEvents = {
  ready: [link: RecorderLink];
  lost: [link: RecorderLink];
  'run-ended': [runId: string, reason: RunEndReason, message: string];
};

/** The recorders that are connected. */
export class RecorderPool {
  readonly events: TypedEmitter<RecorderEvents>;
  readonly #links = new Map<string, RecorderLink>();

  constructor(logger: Logger) {
    this.events = new TypedEmitter<RecorderEvents>((err, event) => {
      logger.error({ code: 'recorder-listener-failed', err, event }, 'a listener to recorder events threw');
    });
  }

  /** A recorder offers itself; one of the same id that was known before is taken as lost. */
  add(link: RecorderLink): void {
    const before = this.#links.get(link.recorderId);
    if (before !== undefined) this.remove(before);
    this.#links.set(link.recorderId, link);
    this.events.emit('ready', link);
  }

  remove(link: RecorderLink): void {
    if (this.#links.get(link.recorderId) !== link) return;
    this.#links.delete(link.recorderId);
    this.events.emit('lost', link);
  }

  isConnected(recorderId: string): boolean {
    return this.#links.has(recorderId);
  }

  /** A recorder that is connected. */
  find(recorderId: string): RecorderLink | undefined {
    return this.#links.get(recorderId);
  }

  /** The recorder that takes the next run, if there is any. */
  pick(): RecorderLink | undefined {
    return this.#links.values().next().value;
  }
}
