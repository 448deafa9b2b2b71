import { expect, it } from '@jest/globals';
import { createLogger } from '@sightline/shared/node';
import { createChores } from './chores.ts';

const logger = createLogger('test', 'silent');
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function createBench() {
  const begun: string[] = [];
  let end: () => void = () => undefined;
  const chore = (name: string) => (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      begun.push(name);
      end = resolve;
      signal.addEventListener('abort', () => resolve());
    });
  const chores = createChores({ sweep: chore('sweep'), dust: chore('dust') }, logger);
  return { chores, begun, end: () => end() };
}

it('does one thing at a time, and once what was asked for often while it waited', async () => {
  const { chores, begun, end } = createBench();
  chores.ask('sweep');
  for (let time = 0; time < 5; time += 1) {
    chores.ask('dust');
    chores.ask('sweep');
  }
  await settled();
  expect(begun).toEqual(['sweep']);
  for (let time = 0; time < 5; time += 1) {
    end();
    await settled();
  }
  expect(begun).toEqual(['sweep', 'dust', 'sweep']);
});

it('ends what is under way when it is closed, and begins nothing that waited', async () => {
  const { chores, begun } = createBench();
  chores.ask('sweep');
  chores.ask('dust');
  await chores.close();
  chores.ask('dust');
  await settled();
  expect(begun).toEqual(['sweep']);
});

it('goes on after something that failed', async () => {
  const done: string[] = [];
  const chores = createChores(
    {
      fails: () => Promise.reject(new Error('EIO')),
      works: async () => void done.push('works'),
    },
    logger,
  );
  chores.ask('fails');
  chores.ask('works');
  await settled();
  expect(done).toEqual(['works']);
});
