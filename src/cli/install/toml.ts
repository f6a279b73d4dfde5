import { isDeepStrictEqual } from 'node:util';
import { parse, stringify, TomlError } from 'smol-toml';
import type { Edited } from './json.ts';

export function readToml(text: string): { ok: true; value: unknown } | { ok: false; because: string } {
  try {
    return { ok: true, value: parse(text) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return { ok: false, because: `line ${error.line}: ${error.message.split('\n')[0]}` };
  }
}

/**
 * A table is taken out of the text and, with a value, put at its end; comments and order of the rest stay. What comes out
 * is read again: if it says anything else than what was meant, nothing is written.
 */
export function editToml(text: string, path: readonly string[], value: unknown): Edited {
  const before = readToml(text);
  if (!before.ok) return before;
  const without = withoutTable(text, path);
  const table = value === undefined ? '' : `${stringify(nested(path, value)).trimEnd()}\n`;
  const gap = without.trim() === '' || table === '' ? '' : '\n';
  const after = `${without.replace(/(?<!\n)\n+$/, '')}${without.trim() === '' ? '' : '\n'}${gap}${table}`;
  const read = readToml(after);
  if (!read.ok || !isDeepStrictEqual(plain(read.value), plain(expected(before.value, path, value)))) {
    return {
      ok: false,
      because: `[${path.join('.')}] is written in a way that can't be edited safely; edit it by hand`,
    };
  }
  return { ok: true, text: after };
}

/** Drops `[a.b]` and `[a.b.…]` with their lines, up to the next header. */
function withoutTable(text: string, path: readonly string[]): string {
  const name = path.map((part) => `\\s*["']?${part}["']?\\s*`).join('\\.');
  const own = new RegExp(`^\\s*\\[${name}(\\.[^\\]]*)?\\]`);
  let dropping = false;
  return text
    .split(/(?<=\n)/)
    .filter((line) => {
      if (/^\s*\[/.test(line)) dropping = own.test(line);
      return !dropping;
    })
    .join('');
}

const nested = (path: readonly string[], value: unknown): Record<string, unknown> => {
  const [first = '', ...rest] = path;
  return { [first]: rest.length === 0 ? value : nested(rest, value) };
};

function expected(before: unknown, path: readonly string[], value: unknown): unknown {
  const [first = '', ...rest] = path;
  const table: Record<string, unknown> = { ...(typeof before === 'object' && before !== null ? before : {}) };
  const inner = rest.length === 0 ? value : expected(table[first], rest, value);
  if (inner === undefined) delete table[first];
  else table[first] = inner;
  return table;
}

/** Tables that only held what was taken out, gone or empty, are the same. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, plain(inner)]);
  return Object.fromEntries(entries.filter(([, inner]) => !isDeepStrictEqual(inner, {})));
}
