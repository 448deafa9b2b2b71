import type { RunEndReason, StreamingEndReason } from '@sightline/shared';

/** The tables, as Kysely sees them. Times are ms since 1970. */
export interface Schema {
  sessions: {
    session_id: string;
    company_id: string;
    user_id: string;
    user_name: string;
    host_name: string;
    started_at_ms: number;
    ended_at_ms: number | null;
    end_reason: StreamingEndReason | null;
  };
  tracks: { session_id: string; track_id: string; label: string };
  runs: {
    run_id: string;
    session_id: string;
    track_id: string;
    started_at_ms: number;
    ended_at_ms: number | null;
    end_reason: RunEndReason | null;
  };
  segments: { run_id: string; segment_index: number; start_ms: number; duration_ms: number; bytes: number };
}
