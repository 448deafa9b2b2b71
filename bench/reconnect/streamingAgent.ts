import { fakeDisplay } from '@sightline/agent/renderer/publish/fakeMedia.ts';
import { createPublisher } from '@sightline/agent/renderer/publish/publisher.ts';
import { systemClock, type MachineInfo } from '@sightline/shared';
import { monotonicMs } from '../lib/monotonic.ts';
import type { BenchAgent } from './benchAgent.ts';
import { PlainMedia } from './plainMedia.ts';

const TRACK_ID = 'display-1';
/** Full and small. */
const STREAMS = 2;
const SSRCS_PER_AGENT = 1_000;

/** An agent that shares a screen: the agent's own code for it, but for the media itself. */
export interface StreamingAgent {
  readonly agent: BenchAgent;
  /** The session that it began with. */
  readonly sessionId: string;
  /** Whether it streams into that session now, as far as it knows. */
  readonly live: boolean;
  /** Whether it is live and the sfu has reported to receive all of its streams. */
  readonly received: boolean;
  /** When it last became live, on the monotonic clock. */
  readonly liveAtMs: number;
  /** Ends its media, of which the server is not told. */
  endMedia(): void;
}

/**
 * Connects an agent and streams; resolves when the sfu has every stream. `number` is its own among all agents;
 * `feedOf` says what it sends, see {@link PlainMedia}.
 */
export async function startStreamingAgent(
  agent: BenchAgent,
  {
    number,
    machine,
    feedOf,
  }: { number: number; machine: MachineInfo; feedOf?: ConstructorParameters<typeof PlainMedia>[1] },
): Promise<StreamingAgent> {
  const { connection } = agent;
  const media = new PlainMedia(1 + number * SSRCS_PER_AGENT, feedOf);
  const onListenerError = (error: unknown): void => {
    process.stderr.write(`agent ${number}: ${String(error)}\n`);
  };
  const publisher = createPublisher({
    request: connection.request,
    startOver: () => connection.startOver(),
    engine: media,
    clock: systemClock,
    onListenerError,
  });
  connection.events.on('connected', (answer) => publisher.connected(answer));
  connection.events.on('lost', () => publisher.disconnected());
  connection.events.on('publish-again', () => publisher.publishAgain());

  let sessionId: string | undefined;
  let lostProducers = new Set<string>();
  let liveAtMs: number | undefined;
  connection.events.on('lost', () => {
    liveAtMs = undefined;
    lostProducers = new Set(publisher.streams.map(({ stream }) => stream.producerId));
  });
  await new Promise<void>((resolve, reject) => {
    publisher.events.on('changed', () => {
      const made = publisher.streams.filter(({ stream }) => !lostProducers.has(stream.producerId));
      if (made.length < STREAMS || publisher.sessionId === undefined) {
        liveAtMs = undefined;
        return;
      }
      sessionId ??= publisher.sessionId;
      if (publisher.sessionId === sessionId) liveAtMs ??= monotonicMs();
      resolve();
    });
    publisher.setDisplays([fakeDisplay(TRACK_ID)]);
    agent.connect(machine).catch(reject);
  });
  if (sessionId === undefined) throw new Error('An agent streams without a session.');
  return {
    agent,
    sessionId,
    get live() {
      return liveAtMs !== undefined;
    },
    get received() {
      return liveAtMs !== undefined && media.received === STREAMS;
    },
    get liveAtMs() {
      return liveAtMs ?? Number.NaN;
    },
    endMedia: () => publisher.close(),
  };
}
