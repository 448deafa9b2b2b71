import { ProtocolError } from '@sightline/shared';

/** Whether a request failed because nobody was there to answer it, or is there no more. */
function isLostAnswer(error: unknown): boolean {
  if (error instanceof ProtocolError) return error.code === 'timeout' || error.code === 'not-connected';
  // What fetch throws when there is no connection, or it breaks; Jest's realm has another TypeError.
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'TypeError';
}

/** Runs a request whose answer may be lost. @throws what it threw, if it is anything else */
export async function allowLostAnswer(request: () => Promise<unknown>): Promise<void> {
  try {
    await request();
  } catch (error) {
    if (!isLostAnswer(error)) throw error;
  }
}
