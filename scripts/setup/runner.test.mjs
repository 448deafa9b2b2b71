import { describe, expect, it } from '@jest/globals';
import { formatElapsed, runSteps } from './runner.mjs';
import { SetupError, describeFailure } from './setup-error.mjs';

function fixture() {
  const printed = [];
  const ran = [];
  let nowMs = 0;
  const step = (name, { done = false, fails } = {}) => ({
    name,
    help: `help of ${name}`,
    isDone: () => done,
    async run(report) {
      ran.push(name);
      nowMs += 2_000;
      report('half way');
      if (fails) throw fails;
      done = true;
    },
  });
  const options = { print: (line) => printed.push(line), now: () => nowMs };
  return { step, printed, ran, run: (...steps) => runSteps(steps, options) };
}

describe('runSteps', () => {
  it('runs what is not done, in order, and says how long it took', async () => {
    const { step, printed, ran, run } = fixture();
    await run(step('first'), step('second', { done: true }), step('third'));
    expect(ran).toEqual(['first', 'third']);
    expect(printed.slice(0, 3)).toEqual(['▸ first', '  half way (2.0 s)', '✓ first (2.0 s)']);
  });

  it('is silent when everything is done', async () => {
    const { step, printed, run } = fixture();
    await run(step('first', { done: true }));
    expect(printed).toEqual([]);
  });

  it('stops at the first failure and says what to do', async () => {
    const { step, ran, run } = fixture();
    const fails = new SetupError('apt ended with exit code 100', { logFile: 'apt.log' });
    const error = await run(step('first', { fails }), step('second')).catch((reason) => reason);
    expect(ran).toEqual(['first']);
    expect(describeFailure(error)).toBe(
      '✗ first: apt ended with exit code 100 (after 2.0 s)\n\n  help of first\n\n  Log: apt.log',
    );
  });

  it('prefers the help of the failure to that of the step', async () => {
    const { step, run } = fixture();
    const fails = new SetupError('packages are missing', { help: 'sudo apt-get install ffmpeg' });
    await expect(run(step('first', { fails }))).rejects.toMatchObject({
      help: 'sudo apt-get install ffmpeg',
    });
  });

  it('does not believe a step that ran without effect', async () => {
    const { run } = fixture();
    const step = { name: 'first', help: 'read the log', isDone: () => false, run: async () => {} };
    await expect(run(step)).rejects.toMatchObject({ help: 'read the log' });
  });
});

describe('formatElapsed', () => {
  it.each([
    [120, '0.1 s'],
    [9_949, '9.9 s'],
    [12_400, '12 s'],
    [83_000, '1 min 23 s'],
  ])('%d ms is %s', (elapsedMs, text) => {
    expect(formatElapsed(elapsedMs)).toBe(text);
  });
});
