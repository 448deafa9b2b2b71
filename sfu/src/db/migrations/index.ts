import type { Migration } from 'kysely/migration';
import { recordings } from './0001-recordings.ts';
import { identity } from './0002-identity.ts';
import { evidence } from './0003-evidence.ts';
import { exportsOfParts } from './0004-exports-of-parts.ts';

/** Every step of the schema, by name, in order. A step that has been released is never changed. */
export const migrations: Record<string, Migration> = {
  '0001-recordings': recordings,
  '0002-identity': identity,
  '0003-evidence': evidence,
  '0004-exports-of-parts': exportsOfParts,
};
