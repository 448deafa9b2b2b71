const LEVELS = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'WARN', 50: 'ERROR', 60: 'FATAL' };

function parseObject(line) {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function formatValue(value) {
  return typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value);
}

/**
 * One line of a service's output, made readable: pino's JSON becomes `12:34:56.789 sfu info message key=value`,
 * an error keeps its stack, anything else passes as it is.
 */
export function formatLogLine(source, line) {
  const entry = parseObject(line);
  if (entry?.time === undefined) return `${source.padEnd(8)} ${line}`;
  const { level, time, msg, err, pid, hostname, name, ...fields } = entry;
  const at = new Date(time).toISOString().slice(11, 23);
  const details = Object.entries(fields).map(([key, value]) => ` ${key}=${formatValue(value)}`);
  const stack = err ? `\n${err.stack ?? err.message}` : '';
  return `${at} ${source.padEnd(8)} ${(LEVELS[level] ?? level).padEnd(5)} ${msg ?? ''}${details.join('')}${stack}`;
}
