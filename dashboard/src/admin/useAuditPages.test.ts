import { describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '@sightline/shared';
import { effectScope, nextTick, ref } from 'vue';
import type { AuditFilter } from '../api/auditApi.ts';
import { useAuditPages, type AuditPages } from './useAuditPages.ts';

const entry = (number: number): AuditEntry => ({
  number,
  companyId: 'c1',
  atMs: number,
  action: 'signed-in',
  actor: { kind: 'account', id: 'a1', name: 'Ada' },
  address: null,
  details: {},
  previousHash: '',
  hash: '',
});
const filterOf = (companyId: string): AuditFilter => ({
  companyId,
  fromMs: undefined,
  toMs: undefined,
  action: undefined,
  actorId: undefined,
});
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function build(answers: ((entries: AuditEntry[]) => void)[], asked: unknown[]) {
  const companyId = ref('c1');
  const pages = effectScope().run((): AuditPages =>
    useAuditPages(
      {
        page: (filter, limit, before) => {
          asked.push([filter.companyId, limit, before]);
          return new Promise((resolve) => answers.push(resolve));
        },
      },
      () => filterOf(companyId.value),
    ),
  );
  if (pages === undefined) throw new Error('a scope that is new runs');
  return { companyId, pages };
}

describe('the pages of the audit log', () => {
  it('go on where the last one ended, until one is not full', async () => {
    const answers: ((entries: AuditEntry[]) => void)[] = [];
    const asked: unknown[] = [];
    const { pages } = build(answers, asked);
    answers[0]?.(Array.from({ length: 100 }, (_, index) => entry(150 - index)));
    await settle();
    expect([pages.entries.value?.length, pages.mayHaveMore.value]).toEqual([100, true]);
    pages.loadMore();
    answers[1]?.([entry(50)]);
    await settle();
    expect([pages.entries.value?.length, pages.mayHaveMore.value]).toEqual([101, false]);
    expect(asked).toEqual([
      ['c1', 100, undefined],
      ['c1', 100, 51],
    ]);
  });

  it('of an older filter never replace those of a newer one', async () => {
    const answers: ((entries: AuditEntry[]) => void)[] = [];
    const { companyId, pages } = build(answers, []);
    companyId.value = 'c2';
    await nextTick();
    answers[1]?.([entry(2)]);
    await settle();
    answers[0]?.([entry(1)]);
    await settle();
    expect(pages.entries.value?.map(({ number }) => number)).toEqual([2]);
    expect(pages.busy.value).toBe(false);
  });
});
