import { expect, it } from '@jest/globals';
import { parseOptions } from './options.ts';

it('is as large as the goals say unless told otherwise', () => {
  expect(parseOptions([])).toEqual({ agents: 500, connected: 5_000 });
  expect(parseOptions(['--agents', '20', '--connected=100'])).toEqual({ agents: 20, connected: 100 });
});

it.each([['--agents=0'], ['--agents=100000'], ['--agents=many'], ['--agent=5'], ['5']])(
  'refuses %s',
  (arg) => {
    expect(() => parseOptions([arg])).toThrow();
  },
);
