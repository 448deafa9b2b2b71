import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { listenToNotices } from './notices.ts';

const table = { moved: z.object({ toMs: z.number() }), left: z.object({}) };

describe('listening to notices', () => {
  const listeners = new Map<string, (payload: unknown) => void>();
  const seen: unknown[] = [];
  listenToNotices(
    { on: (event, listener) => listeners.set(event, listener) },
    table,
    { moved: ({ toMs }) => seen.push(toMs), left: () => seen.push('left') },
    (name) => seen.push(`bad ${name}`),
  );

  it('hands every parsed payload to its handler, and others to nobody but the report', () => {
    listeners.get('moved')?.({ toMs: 5, extra: true });
    listeners.get('moved')?.({ toMs: 'soon' });
    listeners.get('moved')?.(undefined);
    listeners.get('left')?.({});
    expect(seen).toEqual([5, 'bad moved', 'bad moved', 'left']);
    expect([...listeners.keys()]).toEqual(['moved', 'left']);
  });
});
