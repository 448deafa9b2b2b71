import type { Picture } from '../media/pieceWriter.ts';

/** What a sender's transform is told when it is made. */
export interface SenderTap {
  trackId: string;
}

/** What was sent of a track lately. */
export interface SentStretch {
  /** The first one is a key frame. */
  readonly pictures: readonly Picture[];
  /** Add to the pictures' stamps to get `timeOrigin + now()`. */
  readonly aheadMs: number;
  /** So long the last picture was to be seen, by the pictures' stamps. */
  readonly untilUs: number;
}

/** What the page has the worker do beside passing on what is sent. */
export type TapOrder =
  /** Answered through the port with a {@link SentStretch}, or with undefined if nothing is kept. */
  | { kind: 'take'; trackId: string; to: MessagePort }
  /** The same, and it goes on being kept. */
  | { kind: 'copy'; trackId: string; to: MessagePort }
  /** What was sent until now is nobody's business any more. */
  | { kind: 'forget' };

/** What the worker tells the page. */
export type TapReport =
  /** Transforms may be given to it. The first that is told. */
  | { kind: 'ready' }
  /** Nothing more is kept of this sender; what it sends goes on. */
  | { kind: 'failed'; message: string };
