import * as z from 'zod';
import { localPiece } from '../protocol/agent.ts';
import { sessionLocation } from '../protocol/recorder.ts';
import { tokenKind } from './signedToken.ts';

/** What a recorder must know of a piece that an agent uploads. Times are the sfu's. */
export const uploadOrder = z.object({
  ...localPiece.omit({ sessionId: true, clockOffsetMs: true }).shape,
  location: sessionLocation,
  userName: z.string(),
  hostName: z.string(),
});

/** See {@link uploadOrder}. */
export type UploadOrder = z.output<typeof uploadOrder>;

const tokens = tokenKind('upload', uploadOrder);

/** Signs the right to upload one piece to the recorder until `expiresAtMs`, with all that the recorder must know of it. */
export const signUploadToken = tokens.sign;
/** Returns which piece a token lets upload at `nowMs`, or why none. */
export const verifyUploadToken = tokens.verify;
