/** What two peers tell each other: descriptions, and candidates as they are found. */
export type Signal =
  | { readonly kind: 'description'; readonly description: RTCSessionDescriptionInit }
  | { readonly kind: 'candidate'; readonly candidate: RTCIceCandidateInit };

/** A Buffer at the server, an ArrayBuffer on the pages. */
export type Bytes = Uint8Array<ArrayBuffer> | ArrayBuffer;

/** From a reference page to the server. */
export interface PageToServer {
  /** Passed to every other page, unread. */
  signal(signal: Signal): void;
  /** The next chunk of the MediaRecorder. */
  chunk(bytes: Uint8Array<ArrayBuffer>): void;
  /** Asks for the recorded stream: its beginning is acknowledged, the rest follows as `chunk`. */
  join(ack: (beginning: Bytes) => void): void;
  leave(): void;
}

/** From the server to a reference page. */
export interface ServerToPage {
  signal(signal: Signal): void;
  chunk(bytes: Bytes): void;
}
