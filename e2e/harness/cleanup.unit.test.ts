import { describe, expect, it } from '@jest/globals';
import { createCleanup } from './cleanup.ts';

describe('cleanup', () => {
  it('closes in reverse order, each thing once', async () => {
    const closed: string[] = [];
    const cleanup = createCleanup();
    for (const name of ['display', 'browser', 'page']) cleanup.use({ close: () => void closed.push(name) });
    await cleanup.close();
    await cleanup.close();
    expect(closed).toEqual(['page', 'browser', 'display']);
  });

  it('closes the rest when one fails, and then says which failed', async () => {
    const closed: string[] = [];
    const cleanup = createCleanup();
    cleanup.use({ close: () => void closed.push('display') });
    cleanup.use({ close: () => Promise.reject(new Error('browser hangs')) });
    await expect(cleanup.close()).rejects.toMatchObject({ errors: [new Error('browser hangs')] });
    expect(closed).toEqual(['display']);
  });
});
