import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Mutant } from './mutants.ts';

/**
 * Loads the sources and tests of this clone anew for each change: a file that leads to the changed one gets a URL of its
 * own (`?change=N`), so that it is evaluated again; all others are evaluated once. `vitest` is the small runner beside this.
 */
export const ROOT = join(import.meta.dirname, '..', '..');
const RUNNER = pathToFileURL(join(import.meta.dirname, 'runner.ts')).href;
const IMPORT = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

const texts = new Map<string, string>();
const plain = new Map<string, string>();
const direct = new Map<string, readonly string[]>();
let change: { readonly number: number; readonly mutant: Mutant | undefined } = { number: 0, mutant: undefined };

export const textOf = (path: string): string => remembered(texts, path, () => readFileSync(path, 'utf8'));

const importsOf = (path: string): readonly string[] =>
  remembered(direct, path, () =>
    [...textOf(path).matchAll(IMPORT)].map((match) => resolve(dirname(path), match[1] ?? '')).filter(isSource),
  );

const isSource = (path: string): boolean =>
  path.endsWith('.ts') && (path.startsWith(join(ROOT, 'src')) || path.startsWith(join(ROOT, 'test')));

/** Every file that this one leads to, itself too. */
const reached = new Map<string, ReadonlySet<string>>();
export function reachedFrom(path: string): ReadonlySet<string> {
  return remembered(reached, path, () => {
    const seen = new Set<string>();
    const open = [path];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...importsOf(next));
    }
    return seen;
  });
}

/** The test file, with this change (or none) in what it leads to. */
export async function importChanged(test: string, mutant: Mutant | undefined, number: number): Promise<void> {
  change = { number, mutant };
  await import(`${pathToFileURL(test).href}?change=${number}&run`);
}

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'vitest' && context.parentURL !== RUNNER) return { url: RUNNER, shortCircuit: true };
    const found = next(specifier, context);
    if (!found.url.startsWith('file:') || found.url.includes('?')) return found;
    const path = fileURLToPath(found.url);
    if (!isSource(path) || change.mutant === undefined || !reachedFrom(path).has(join(ROOT, change.mutant.file)))
      return found;
    return { ...found, url: `${found.url}?change=${change.number}` };
  },
  load(url, context, next) {
    const [file = ''] = url.split('?');
    if (!file.startsWith('file:')) return next(url, context);
    const path = fileURLToPath(file);
    if (!isSource(path)) return next(url, context);
    return { format: 'module', source: sourceOf(path, url.includes('?')), shortCircuit: true };
  },
});

function sourceOf(path: string, changed: boolean): string {
  const { mutant } = change;
  if (mutant === undefined || !changed || path !== join(ROOT, mutant.file))
    return remembered(plain, path, () => stripTypeScriptTypes(textOf(path)));
  const text = textOf(path);
  return stripTypeScriptTypes(text.slice(0, mutant.start) + mutant.by + text.slice(mutant.end));
}

function remembered<T>(kept: Map<string, T>, key: string, make: () => T): T {
  const found = kept.get(key);
  if (found !== undefined) return found;
  const made = make();
  kept.set(key, made);
  return made;
}
