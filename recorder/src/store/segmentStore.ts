import type { SegmentName } from '@sightline/shared';

/** One closed segment. */
export interface SegmentRef {
  /** The run's folder, relative to the recordings' root, as the path codec writes it. */
  runFolder: string;
  name: SegmentName;
}

/** The media of a segment is not there: deleted, or never was. */
export class SegmentMissing extends Error {
  readonly code = 'segment-missing';

  constructor({ runFolder, name }: SegmentRef) {
    super(`The media of segment ${name.index} of ${runFolder} is not there.`);
    this.name = 'SegmentMissing';
  }
}

/** The media of a segment is kept, and cannot be had as things are: `code` and `message` say why. */
export class SegmentUnavailable extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SegmentUnavailable';
    this.code = code;
  }
}

/**
 * Where the media of closed segments is, whether on disk or in an object store, plain or encrypted. Nobody else reads or
 * removes it.
 */
export interface SegmentStore {
  /**
   * Takes over a plaintext file that is durable; resolves when the segment is, under its final name. The same one may be
   * given again after a crash.
   *
   * @param partPath absolute, in the run's folder; gone afterwards.
   */
  add(segment: SegmentRef, partPath: string): Promise<void>;
  /** The plaintext as a whole. @throws {SegmentMissing}, {SegmentUnavailable} */
  read(segment: SegmentRef): Promise<Buffer>;
  /** The closed segments of a run that are there, in order of their index. */
  list(runFolder: string): Promise<SegmentName[]>;
  /** Resolves with the bytes freed when it is gone for good; 0 if it was not there. */
  remove(segment: SegmentRef): Promise<number>;
}
