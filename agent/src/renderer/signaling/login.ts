import { ProtocolError, type ErrorCode, type LoginAnswer, type MachineInfo } from '@sightline/shared';
import type { AgentRequester } from './connection.ts';

/** With these the server says that a ticket does not bring us back; the credential still does. */
const TICKET_REFUSED: ReadonlySet<ErrorCode> = new Set([
  'ticket-invalid',
  'ticket-expired',
  'ticket-spent',
  'ticket-foreign',
  'ticket-unknown-client',
  'reconnection-not-allowed',
]);

/** How a connection was entered. */
export interface LoggedIn extends LoginAnswer {
  /** Whether the server sends its welcome, too: it does when we said who we are. */
  welcomed: boolean;
}

/** Gets in: by ticket where the connection before can be gone on with, else by saying who we are. */
export interface Login {
  /** @throws {ProtocolError} */
  enter(machine: MachineInfo): Promise<LoggedIn>;
  /** The next time there is nothing to go on with. */
  forgetTicket(): void;
}

/** Builds a {@link Login}. */
export function createLogin(deps: {
  request: AgentRequester;
  lastSeenMessage: () => number;
  /** The confirmation of a ticket failed; nothing depends on it. */
  onUnconfirmed: (error: unknown) => void;
}): Login {
  const { request, lastSeenMessage } = deps;
  let ticket: string | undefined;

  /** Undefined if the ticket does not bring us back. */
  async function goOn(oldTicket: string): Promise<LoginAnswer | undefined> {
    try {
      return await request('relogin', { ticket: oldTicket, lastSeenMessage: lastSeenMessage() });
    } catch (error) {
      if (!(error instanceof ProtocolError) || !TICKET_REFUSED.has(error.code)) throw error;
      ticket = undefined;
      return undefined;
    }
  }

  function keep(answer: LoginAnswer): void {
    ticket = answer.ticket;
    // Should it not arrive, the ticket before is spent when this one is used.
    request('confirm-ticket', { ticket: answer.ticket }).catch(deps.onUnconfirmed);
  }

  return {
    async enter(machine) {
      const resumed = ticket === undefined ? undefined : await goOn(ticket);
      const answer =
        resumed ?? (await request('client-connected', { machine, lastSeenMessage: lastSeenMessage() }));
      keep(answer);
      return { ...answer, welcomed: resumed === undefined };
    },
    forgetTicket() {
      ticket = undefined;
    },
  };
}
