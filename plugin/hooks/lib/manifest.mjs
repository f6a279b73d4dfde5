import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { kindOf } from './kinds.mjs';
import { isKnown } from './text.mjs';

/**
 * The objects in a manifest, as `deployment/web`. A plain reading of top-level `kind` and `metadata.name`, enough to tell
 * one phase's objects from another's; undefined where it isn't sure.
 */
export function objectsInFile(path, { cwd, files }) {
  if (!isKnown(path) || path === '-' || /^https?:/.test(path) || cwd === undefined) return undefined;
  const where = path.startsWith('/') ? path : join(cwd, path);
  if (files.has(where)) return objectsInText(files.get(where) ?? '');
  try {
    if (statSync(where).isDirectory()) {
      const names = readdirSync(where).filter((name) => /\.(ya?ml|json)$/.test(name));
      const all = names.map((name) => objectsInFile(join(where, name), { cwd, files }));
      return all.includes(undefined) || all.length === 0 ? undefined : all.flat();
    }
    return objectsInText(readFileSync(where, 'utf8'));
  } catch {
    return undefined;
  }
}

function objectsInText(text) {
  const documents = text.split(/^---.*$/m).filter((one) => /^\s*[^#\s]/m.test(one));
  const objects = documents.map((one) => {
    const kind = /^["']?kind["']?:\s*["']?([\w.]+)["']?\s*(?:#.*)?$/m.exec(one)?.[1];
    const metadata = /^metadata:\s*(?:#.*)?\n((?:[ \t]+.*\n?|\s*\n)*)/m.exec(one)?.[1];
    const indent = metadata === undefined ? undefined : /^([ \t]+)\S/m.exec(metadata)?.[1];
    const name =
      indent === undefined ? undefined : new RegExp(`^${indent}name:\\s*["']?([\\w.-]+)`, 'm').exec(metadata)?.[1];
    return kind === undefined || name === undefined || kind === 'List' ? undefined : `${kindOf(kind)}/${name}`;
  });
  return objects.length === 0 || objects.includes(undefined) ? undefined : objects;
}
