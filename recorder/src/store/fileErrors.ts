/** Whether an error of the operating system has this code. */
export const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;

const WORD = /^[\w.-]{1,64}$/;

/**
 * The code of an error, or else its name. What an error says beyond that often has a path, and paths have the names of
 * companies and users: those who see what is wrong with a recorder need not know them.
 */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'Error';
  const code = 'code' in error ? String(error.code) : '';
  const name = 'name' in error ? String(error.name) : '';
  return [code, name].find((word) => WORD.test(word)) ?? 'Error';
}

/** Whether an error says that there is no such file. */
export const isMissing = (error: unknown): boolean => hasCode(error, 'ENOENT');
