import { ProtocolError, createRequester, recorderRequests, type Requester } from '@sightline/shared';

/**
 * The way to an sfu that answers as it is told, for tests.
 *
 * @param answer of a request; a {@link ProtocolError} that it throws is a refusal.
 */
export function createFakeSfu(
  answer: (name: string, payload: unknown) => unknown,
): Requester<typeof recorderRequests> {
  const emitWithAck = async (name: string, payload: unknown): Promise<unknown> => {
    try {
      return { ok: true, data: answer(name, payload) };
    } catch (error) {
      if (error instanceof ProtocolError)
        return { ok: false, error: { code: error.code, message: error.message } };
      throw error;
    }
  };
  return createRequester({ timeout: () => ({ emitWithAck }) }, recorderRequests);
}
