import type { Socket } from 'socket.io-client';
import type { Outcome } from './outcome.ts';
import { askFor } from './sockets.ts';

/** One way to use an event: whose thing it is about, what is expected, and what is sent. */
export interface EventUse<Cell> {
  readonly whose: string;
  readonly expect: (cell: Cell) => string;
  readonly payload: (cell: Cell) => object | Promise<object>;
}

/** How every event of a namespace is used. */
export type EventRows<Cell> = Readonly<Record<string, readonly EventUse<Cell>[]>>;

/** Uses an event in all ways. @param open makes who asks, anew for each cell, and names him */
export async function useEvent<Cell extends { readonly socket: Socket }>(
  event: string,
  uses: readonly EventUse<Cell>[],
  open: (use: EventUse<Cell>) => Promise<{ name: string; cell: Cell }[]>,
): Promise<Outcome> {
  const outcome: Outcome = { expected: {}, actual: {} };
  for (const use of uses) {
    for (const { name, cell } of await open(use)) {
      const key = `${name} → ${use.whose}`;
      outcome.expected[key] = use.expect(cell);
      outcome.actual[key] = await askFor(cell.socket, event, await use.payload(cell));
    }
  }
  return outcome;
}
