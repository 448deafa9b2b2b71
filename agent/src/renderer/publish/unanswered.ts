import type { AgentRequester } from '../signaling/connection.ts';

/** After these, when no answer comes, nobody can say what the server has. */
const MAKES_MEDIA: ReadonlySet<string> = new Set(['create-transport', 'connect-transport', 'produce']);

/** Sends requests, and knows of those that make media whether an answer is still to come. */
export interface MediaRequests {
  readonly request: AgentRequester;
  readonly unanswered: boolean;
}

/** Builds {@link MediaRequests} over another requester. */
export function createMediaRequests(request: AgentRequester): MediaRequests {
  let waiting = 0;
  return {
    get unanswered() {
      return waiting > 0;
    },
    async request(name, payload) {
      if (!MAKES_MEDIA.has(name)) return request(name, payload);
      waiting += 1;
      try {
        return await request(name, payload);
      } finally {
        waiting -= 1;
      }
    },
  };
}
