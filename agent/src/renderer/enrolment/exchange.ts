import { enrolment, problem, type Enrolment, type MachineInfo } from '@sightline/shared';

/** The device was not enrolled; `message` says why and what to do. */
export class EnrolmentError extends Error {
  override readonly name = 'EnrolmentError';
}

/** Exchanges an enrolment secret, which can be used up by it, for a credential of this device. */
export type Exchange = (order: { secret: string; machine: MachineInfo }) => Promise<Enrolment>;

/** Builds an {@link Exchange} over HTTP: `POST /api/v1/enrol`. @throws {EnrolmentError} */
export function createExchange(fetchFrom: typeof fetch): Exchange {
  async function send(body: string): Promise<Response> {
    try {
      return await fetchFrom('/api/v1/enrol', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        credentials: 'omit',
        body,
      });
    } catch (error) {
      throw new EnrolmentError('The server cannot be reached. Try again when it can.', { cause: error });
    }
  }

  return async (order) => {
    const response = await send(JSON.stringify(order));
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) {
      const enrolled = enrolment.safeParse(answer);
      if (enrolled.success) return enrolled.data;
    }
    const reason = problem.safeParse(answer).data;
    throw new EnrolmentError(
      reason?.detail ??
        reason?.title ??
        `The server gave an answer that makes no sense (${response.status}). Reload this page and try again.`,
    );
  };
}
