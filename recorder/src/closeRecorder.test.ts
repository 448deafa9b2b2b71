import { expect, it } from '@jest/globals';
import { closeRecorder } from './closeRecorder.ts';

it('leaves the sfu when its own runs are told of, however long anything else takes, and then serves until that is over', async () => {
  const done: string[] = [];
  const step = (name: string) => (): Promise<void> => {
    done.push(name);
    return Promise.resolve();
  };
  const gone = Promise.withResolvers<void>();
  const adopted = Promise.withResolvers<void>();
  const exported = Promise.withResolvers<void>();
  const closed = closeRecorder({
    supervisor: { close: step('runs') },
    sealReports: { drain: step('seals') },
    caretaker: { close: () => undefined },
    adopting: adopted.promise,
    talking: [{ pause: () => void done.push('outbox') }],
    link: {
      close: () => {
        done.push('link');
        gone.resolve();
      },
    },
    working: [{ close: () => exported.promise }],
    mediaStore: { close: step('store') },
    server: { close: step('server') },
    certificate: undefined,
  });
  await gone.promise;
  expect(done).toEqual(['runs', 'seals', 'outbox', 'link']);
  adopted.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect(done.at(-1)).toBe('link');
  exported.resolve();
  await closed;
  expect(done.slice(-2)).toEqual(['store', 'server']);
});
