import type { Kysely } from 'kysely';

/** Exports that say what other recorders have of what was ordered; of older ones nothing is known. */
export const exportsOfParts = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .alterTable('exports')
      .addColumn('elsewhere', 'text', (column) => column.notNull().defaultTo('[]'))
      .execute();
  },
};
