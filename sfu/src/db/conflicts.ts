// SQLite's extended result codes and PostgreSQL's SQLSTATE (appendix A of its manual).
const UNIQUE_VIOLATIONS: readonly unknown[] = [1555, 2067, '23505'];
const FOREIGN_KEY_VIOLATIONS: readonly unknown[] = [787, '23503'];

/** Each time somebody else got through: this many only fail if something is wrong. */
const MAX_ATTEMPTS = 100;

/** Whether a statement failed because there is such a row already. */
export function isUniqueViolation(error: unknown): boolean {
  return UNIQUE_VIOLATIONS.includes(codeOf(error));
}

/** Whether a statement failed because a row that it needs is gone, or one that it deletes is needed. */
export function isForeignKeyViolation(error: unknown): boolean {
  return FOREIGN_KEY_VIOLATIONS.includes(codeOf(error));
}

/** Runs a transaction, and again as long as it fails because another server was faster. */
export async function retryWhile<Result>(
  isConflict: (error: unknown) => boolean,
  run: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isConflict(error)) throw error;
    }
  }
}

/** Told by its shape: Node's own modules may throw an Error of another realm. */
function codeOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('errcode' in error) return error.errcode;
  return 'code' in error ? error.code : undefined;
}
