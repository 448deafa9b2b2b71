/**
 * A failure that the person at the keyboard can act on. It is shown without a stack trace.
 * `help` says what to do, `logFile` holds the details.
 */
export class SetupError extends Error {
  constructor(message, { help, logFile, cause } = {}) {
    super(message, { cause });
    this.name = 'SetupError';
    this.help = help;
    this.logFile = logFile;
  }
}

/** The text shown for a SetupError. */
export function describeFailure(error) {
  const lines = [`✗ ${error.message}`];
  if (error.help) lines.push('', ...error.help.split('\n').map((line) => `  ${line}`));
  if (error.logFile) lines.push('', `  Log: ${error.logFile}`);
  return lines.join('\n');
}

/** Runs the body of a command-line script; failures end in a message and exit code 1. */
export async function runScript(body) {
  try {
    await body();
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${describeFailure(error)}\n` : error);
    process.exitCode = 1;
  }
}
