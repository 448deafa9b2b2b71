import type {
  AuditAction,
  DeletionCause,
  ExportState,
  MissingReason,
  Role,
  RunEndReason,
  StreamingEndReason,
} from '@sightline/shared';

/** The tables, as Kysely sees them. Times are ms since 1970; flags are 0 or 1; both databases hold the same. */
export interface Schema {
  companies: {
    company_id: string;
    name: string;
    idle_threshold_ms: number;
    created_at_ms: number;
    /** Null: no limit. */
    retention_max_age_ms: number | null;
    retention_max_bytes: number | null;
    retention_min_age_ms: number;
  };
  device_groups: { group_id: string; company_id: string; name: string };
  accounts: {
    account_id: string;
    /** Lower case. */
    email: string;
    name: string;
    /** argon2id in PHC string format. Null: signs in elsewhere only. */
    password_hash: string | null;
    must_change_password: number;
    /** Encrypted. Null: no second factor. */
    totp_secret: string | null;
    /** Time step of the last code that was accepted: none counts twice. */
    totp_last_step: number | null;
    /** `issuer subject` of the identity provider. */
    oidc_subject: string | null;
    disabled: number;
    created_at_ms: number;
  };
  grants: {
    account_id: string;
    /** In the order in which they were given, from 0. */
    position: number;
    role: Role;
    company_id: string | null;
    group_id: string | null;
  };
  account_sessions: {
    /** SHA-256, hex, of what was in the first cookie. */
    session_hash: string;
    /** SHA-256, hex, of what is in the cookie. */
    token_hash: string;
    /** The same of the cookie before. */
    previous_hash: string | null;
    account_id: string;
    created_at_ms: number;
    last_used_at_ms: number;
    expires_at_ms: number;
    address: string;
  };
  enrolment_tokens: {
    token_id: string;
    secret_hash: string;
    company_id: string;
    group_id: string | null;
    created_by: string;
    created_at_ms: number;
    expires_at_ms: number;
    uses_left: number;
  };
  devices: {
    device_id: string;
    company_id: string;
    group_id: string | null;
    name: string;
    user_id: string;
    credential_hash: string;
    enrolled_at_ms: number;
    revoked_at_ms: number | null;
  };
  /** One row per device that ever connected. */
  connections: {
    device_id: string;
    /** The socket's id; null while there is none. */
    connection_id: string | null;
    user_name: string;
    host_name: string;
    os: string;
    is_connected: number;
    is_reconnecting: number;
    is_streaming: number;
    is_paused: number;
    connected_at_ms: number;
    last_seen_at_ms: number;
    /** When the grace ends; null unless reconnecting. */
    grace_ends_at_ms: number | null;
    /** The open session; null: none. */
    session_id: string | null;
    /** Number of the newest ticket, when and for which connection it was issued. */
    ticket_number: number;
    ticket_issued_at_ms: number;
    ticket_connection_id: string;
    /** Whether that ticket has arrived: the one before it is spent then. */
    ticket_confirmed: number;
    /** Number of the newest message to the agent. */
    last_message: number;
  };
  /** Messages that their agent has not confirmed. */
  pending_messages: { device_id: string; message_number: number; name: string; payload: string };
  idle_alerts: {
    alert_id: string;
    company_id: string;
    device_id: string;
    idle_since_ms: number;
    raised_at_ms: number;
    ended_at_ms: number | null;
  };
  audit_entries: {
    /** The company's id; empty for the chain of no company. */
    chain: string;
    entry_number: number;
    at_ms: number;
    action: AuditAction;
    actor_kind: 'account' | 'device' | 'server' | 'nobody';
    actor_id: string;
    actor_name: string;
    address: string | null;
    /** JSON. */
    details: string;
    previous_hash: string;
    hash: string;
  };
  sessions: {
    session_id: string;
    company_id: string;
    /** Null for sessions from before there were devices. */
    device_id: string | null;
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
    source: 'live' | 'healed';
    /** Who has its media; null until the recorder has taken it. */
    recorder_id: string | null;
  };
  segments: {
    run_id: string;
    segment_index: number;
    start_ms: number;
    duration_ms: number;
    bytes: number;
    /** Hex; empty for segments from before there were manifests. */
    sha256: string;
    /** JSON: intervals. */
    holes: string;
    /** Null: the media is there. */
    deleted_at_ms: number | null;
  };
  /** Why nothing could be recorded for a while: it explains what the media leaves open, and never says that something was recorded. */
  interruptions: {
    interruption_id: string;
    session_id: string;
    /** Null: of all tracks. */
    track_id: string | null;
    reason: MissingReason;
    from_ms: number;
    /** Null: it lasts. */
    to_ms: number | null;
  };
  /** Which recorder has entered the ledger of which session into its manifest. */
  ledger_closings: {
    session_id: string;
    recorder_id: string;
    /** The end of the session in that ledger. */
    ended_at_ms: number;
    closed_at_ms: number;
  };
  /** What agents have recorded themselves. Times are the sfu's. */
  pieces: {
    piece_id: string;
    session_id: string;
    track_id: string;
    device_id: string;
    recorder_id: string;
    from_ms: number;
    to_ms: number;
    bytes: number;
    sha256: string;
    mime_type: 'video/mp4' | 'video/webm';
    state: 'offered' | 'uploaded' | 'healed' | 'not-needed' | 'unusable';
    message: string | null;
    offered_at_ms: number;
    changed_at_ms: number;
  };
  holds: {
    hold_id: string;
    company_id: string;
    /** What it covers: a session, a user, or (both null) the company. */
    session_id: string | null;
    user_id: string | null;
    /** Null: from the beginning; to the end of time. */
    from_ms: number | null;
    to_ms: number | null;
    reason: string;
    placed_by: string;
    placed_by_name: string;
    placed_at_ms: number;
    /** Null: it stands. */
    released_at_ms: number | null;
    released_by: string | null;
    released_by_name: string | null;
    release_reason: string | null;
  };
  /** Leave to delete a session's media at a recorder. */
  deletion_claims: {
    claim_id: string;
    session_id: string;
    recorder_id: string;
    cause: DeletionCause;
    claimed_at_ms: number;
    /** Null: nothing was touched, and a hold withdraws the claim. */
    begun_at_ms: number | null;
    /** Null: not reported yet. */
    deleted_at_ms: number | null;
    deleted_bytes: number | null;
  };
  recorders: {
    recorder_id: string;
    media_base_url: string;
    public_key: string;
    key_id: string;
    last_seen_ms: number;
    /** JSON: the last status that it told. */
    status: string | null;
  };
  /** Every seal of every manifest, chained per company. */
  company_seals: {
    company_id: string;
    entry_number: number;
    at_ms: number;
    recorder_id: string;
    session_id: string;
    seal_number: number;
    sealed_hash: string;
    key_id: string;
    signature: string;
    previous_hash: string;
    hash: string;
  };
  exports: {
    export_id: string;
    company_id: string;
    requested_by: string;
    requested_by_name: string;
    requested_at_ms: number;
    /** JSON. */
    export_order: string;
    recorder_id: string;
    /** JSON: a list of `mediaElsewhere`. */
    elsewhere: string;
    state: ExportState;
    progress: number;
    message: string | null;
    bytes: number | null;
    finished_at_ms: number | null;
  };
}
