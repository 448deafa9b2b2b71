import { Decoder, Encoder } from 'socket.io-parser';

/**
 * Reads packets of a protocol without binary data. One that announces attachments is a violation, and closes its
 * connection: nothing is kept for the rest of it, which may never come.
 */
class TextDecoder extends Decoder {
  constructor() {
    super({ maxAttachments: 0 });
  }
}

/** Socket.IO's parser, for text only. */
export const textParser: { Encoder: typeof Encoder; Decoder: typeof TextDecoder } = {
  Encoder,
  Decoder: TextDecoder,
};
