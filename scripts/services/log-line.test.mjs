import { expect, it } from '@jest/globals';
import { formatLogLine } from './log-line.mjs';

const base = { time: Date.UTC(2026, 0, 2, 3, 4, 5, 678), pid: 1, hostname: 'host', name: 'sfu' };

it("shows time, source, level, message and fields of pino's JSON", () => {
  const line = JSON.stringify({
    ...base,
    level: 30,
    msg: 'agent connected',
    agentId: 'a1',
    note: 'two words',
  });
  expect(formatLogLine('sfu', line)).toBe(
    '03:04:05.678 sfu      info  agent connected agentId=a1 note="two words"',
  );
});

it('keeps the stack of an error', () => {
  const err = { type: 'Error', message: 'boom', stack: 'Error: boom\n    at x' };
  const line = JSON.stringify({ ...base, level: 50, msg: 'failed', err });
  expect(formatLogLine('recorder', line)).toBe('03:04:05.678 recorder ERROR failed\nError: boom\n    at x');
});

it.each(['plain text', '{ not json', '{"a":1}'])('passes %s as it is', (line) => {
  expect(formatLogLine('sfu', line)).toBe(`sfu      ${line}`);
});
