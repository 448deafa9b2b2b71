import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { stripTypeScriptTypes } from 'node:module';

const IMPORT = /^import\b[^;]*?(?:\bfrom\s*)?'([^']+)';\n?/gm;
const EXPORT = /^export (?=(?:async )?(?:function|const|let|class)\b)/gm;

/** A TypeScript module as JavaScript that a browser takes as it is. */
export async function moduleForPage(path: string): Promise<string> {
  return stripTypeScriptTypes(await readFile(path, 'utf8'));
}

/**
 * A TypeScript module and all it imports as one classic script, for pages whose content policy lets no module in.
 * The modules share one scope, so no two may use the same name at their top level.
 */
export async function scriptForPage(entryPath: string): Promise<string> {
  const parts = new Map<string, string>();
  const add = async (path: string): Promise<void> => {
    if (parts.has(path)) return;
    const source = await moduleForPage(path);
    // Set before the imports are followed, so that a cycle ends; set again after, so that it comes after them.
    parts.set(path, '');
    for (const [, specifier = ''] of source.matchAll(IMPORT)) await add(resolve(dirname(path), specifier));
    parts.delete(path);
    parts.set(path, source.replaceAll(IMPORT, '').replaceAll(EXPORT, ''));
  };
  await add(entryPath);
  return `(() => {\n'use strict';\n${[...parts.values()].join('\n')}\n})();`;
}
