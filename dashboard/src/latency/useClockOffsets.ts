import type { ClientView } from '@sightline/shared';
import { useConnectionStore } from '../stores/connection.ts';
import type { ClockOffsets } from './captureTime.ts';

/** The offsets that a latency of this client's streams is measured with; undefined until both are known. */
export function useClockOffsets(client: () => ClientView | undefined): () => ClockOffsets | undefined {
  const connection = useConnectionStore();
  return () => {
    const agentMs = client()?.clockOffsetMs;
    const viewerMs = connection.clockOffsetMs;
    return agentMs === undefined || viewerMs === undefined ? undefined : { agentMs, viewerMs };
  };
}
