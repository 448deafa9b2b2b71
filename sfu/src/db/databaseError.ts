/** Why the database cannot be used. */
export type DatabaseErrorCode = 'database-too-new' | 'database-unreachable' | 'database-migration-failed';

/** The database cannot be used; `message` says what to do, and holds no password. */
export class DatabaseError extends Error {
  readonly code: DatabaseErrorCode;

  constructor(code: DatabaseErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DatabaseError';
    this.code = code;
  }
}
