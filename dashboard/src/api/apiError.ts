/** A refusal of the HTTP API; `message` tells a person what to do. */
export class ApiError extends Error {
  /** 0: no answer came. */
  readonly status: number;
  readonly code: string;
  /** How long the server asks to wait before the next attempt (RFC 9110, section 10.2.3), if it does. */
  readonly retryAfterMs: number | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.retryAfterMs = more.retryAfterMs;
  }
}

/** Whether this is a refusal with one of these codes. */
export const isRefusal = (error: unknown, ...codes: string[]): error is ApiError =>
  error instanceof ApiError && codes.includes(error.code);
