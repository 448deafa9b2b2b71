import type { TransitionTable } from '@sightline/shared';

/**
 * Where the agent stands with the server. `connecting`: asked for or logging in. `lost`: it is tried again without
 * anyone's help. `refused`: somebody has to act first, so nothing is tried.
 */
export type ConnectionState = 'initialized' | 'connecting' | 'connected' | 'lost' | 'refused' | 'closed';

/** What moves the connection from state to state. */
export type ConnectionEvent = 'connect' | 'opened' | 'entered' | 'lost' | 'refused' | 'close';

/** Every change of {@link ConnectionState} there is. */
export const connectionTable: TransitionTable<ConnectionState, ConnectionEvent> = {
  initialized: { connect: 'connecting', close: 'closed' },
  connecting: {
    opened: 'connecting',
    entered: 'connected',
    lost: 'lost',
    refused: 'refused',
    close: 'closed',
  },
  connected: { connect: 'connecting', lost: 'lost', refused: 'refused', close: 'closed' },
  lost: { connect: 'connecting', opened: 'connecting', lost: 'lost', refused: 'refused', close: 'closed' },
  refused: { connect: 'connecting', close: 'closed' },
  closed: {},
};
