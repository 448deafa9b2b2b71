import type * as z from 'zod';

/** One or more variables are wrong; `message` lists them all. */
export class ConfigError extends Error {
  readonly code = 'bad-configuration';

  constructor(problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map((line) => `  - ${line}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads a configuration from environment variables by a schema whose keys are the variables' names.
 * Values never appear in the error, for they may be secrets.
 *
 * @throws {ConfigError} that names every bad variable at once.
 */
export function loadConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: Record<string, string | undefined>,
): z.output<Schema> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => {
      const value = env[name]?.trim();
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map((issue) => {
      const name = String(issue.path[0] ?? '');
      return given[name] === undefined ? `${name}: is missing, set it` : `${name}: ${issue.message}`;
    }),
  );
}
