/** What became of the numbered messages to one agent. */
export interface MessageFate {
  /** Messages that the agent acted on more than once. */
  duplicates: number;
  /** Messages that the server had on record and the agent never acted on. */
  lost: number;
}

/**
 * Compares what an agent handled with what its server had on record.
 *
 * @param handled numbers of the messages in the order in which the agent acted on them.
 * @param lastMessage number of the newest message that the server wrote down; they count from 1 without holes.
 */
export function messageFate(handled: readonly number[], lastMessage: number): MessageFate {
  const distinct = new Set(handled);
  let lost = 0;
  for (let number = 1; number <= lastMessage; number += 1) if (!distinct.has(number)) lost += 1;
  return { duplicates: handled.length - distinct.size, lost };
}
