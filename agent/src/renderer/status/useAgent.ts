import type { Clock } from '@sightline/shared';
import { computed, onScopeDispose, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import type { Agent } from '../agent.ts';
import type { Display } from '../capture/display.ts';
import { NOTHING_LOCAL, type LocalStatus } from '../local/localCopies.ts';
import type { PublishedStream } from '../publish/publication.ts';
import type { Welcome } from '../signaling/connection.ts';
import type { ConnectionState } from '../signaling/connectionState.ts';
import type { ConnectionProblem } from '../signaling/refusal.ts';
import { createRateMeter, type RatesByStream } from './rateMeter.ts';
import { sharingState, type SharingState } from './sharingState.ts';

/** What the page shows of an agent; follows it by itself. */
export interface AgentStatus {
  readonly connection: Ref<ConnectionState>;
  readonly connectionProblem: ShallowRef<ConnectionProblem | undefined>;
  readonly publishProblem: ShallowRef<Error | undefined>;
  /** Whether what is shared is recorded; undefined until the server has said. */
  readonly recorded: Ref<boolean | undefined>;
  /** How many people see these screens now. */
  readonly viewers: Ref<number>;
  readonly displays: ShallowRef<readonly Display[]>;
  readonly sessionId: Ref<string | undefined>;
  readonly sharing: ComputedRef<SharingState>;
  /** Whether what is sent gets through, as far as is known. */
  readonly flowing: Ref<boolean>;
  readonly paused: Ref<boolean>;
  /** What the server calls this device; undefined until it has said. */
  readonly welcome: ShallowRef<Welcome | undefined>;
  readonly rates: ShallowRef<RatesByStream>;
  /** What is recorded on this computer. */
  readonly local: ShallowRef<LocalStatus>;
}

/** Follows the agent for as long as the calling component lives. */
export function useAgent(
  { connection, publisher, displays, localCopies }: Agent,
  { clock, onError }: { clock: Clock; onError: (error: unknown) => void },
): AgentStatus {
  const streams = shallowRef<readonly PublishedStream[]>(publisher.streams);
  const status = {
    connection: ref(connection.state),
    connectionProblem: shallowRef<ConnectionProblem>(),
    publishProblem: shallowRef<Error>(),
    recorded: ref<boolean>(),
    viewers: ref(0),
    displays: shallowRef<readonly Display[]>(displays.list),
    sessionId: ref(publisher.sessionId),
    flowing: ref(publisher.flowing),
    paused: ref(publisher.paused),
    welcome: shallowRef<Welcome>(),
    rates: shallowRef<RatesByStream>(new Map()),
    local: shallowRef<LocalStatus>(localCopies?.status ?? NOTHING_LOCAL),
  };
  const meter = createRateMeter({
    clock,
    streams: () => publisher.streams,
    onRates: (rates) => (status.rates.value = rates),
    onError,
  });
  const unsubscribe = [
    connection.events.on('state', (state) => (status.connection.value = state)),
    connection.events.on('problem', (problem) => (status.connectionProblem.value = problem)),
    connection.events.on('welcome', (welcome) => {
      status.welcome.value = welcome;
      status.recorded.value = welcome.recorded;
    }),
    connection.events.on('connected', ({ resumed }) => {
      // The server tells anew who watches what is published anew.
      if (!resumed) status.viewers.value = 0;
    }),
    connection.events.on('recorded', (recorded) => (status.recorded.value = recorded)),
    connection.events.on('refused', () => (status.viewers.value = 0)),
    connection.events.on('watched', (viewers) => (status.viewers.value = viewers)),
    ...(localCopies === undefined
      ? []
      : [localCopies.events.on('changed', (local) => (status.local.value = local))]),
    displays.events.on('changed', (list) => (status.displays.value = list)),
    publisher.events.on('problem', (problem) => (status.publishProblem.value = problem)),
    publisher.events.on('changed', () => {
      status.sessionId.value = publisher.sessionId;
      status.flowing.value = publisher.flowing;
      status.paused.value = publisher.paused;
      streams.value = publisher.streams;
    }),
    () => meter.close(),
  ];
  onScopeDispose(() => {
    for (const end of unsubscribe) end();
  });
  const sharing = computed(() =>
    sharingState({
      displays: status.displays.value,
      connected: status.connection.value === 'connected',
      flowing: status.flowing.value,
      paused: status.paused.value,
      sessionId: status.sessionId.value,
      streams: streams.value,
    }),
  );
  return { ...status, sharing };
}
