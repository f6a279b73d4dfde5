import {
  applyEdits,
  type Edit,
  modify,
  type Node,
  type ParseError,
  parse,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';

/** JSON with comments, as VS Code, Gemini and others write it: one value is set or taken out, everything else stays as it is. */
export type Edited = { ok: true; text: string } | { ok: false; because: string };

export function readJson(text: string): { ok: true; value: unknown } | { ok: false; because: string } {
  if (text.trim() === '') return { ok: true, value: {} };
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  const twice = first === undefined ? duplicate(parseTree(text, [], { allowTrailingComma: true })) : undefined;
  if (twice !== undefined) {
    const line = text.slice(0, twice.offset).split('\n').length;
    return {
      ok: false,
      because: `line ${line}: the key "${String(twice.value)}" is there twice; clients differ in which one they take`,
    };
  }
  if (first === undefined) return { ok: true, value };
  const line = text.slice(0, first.offset).split('\n').length;
  return { ok: false, because: `line ${line}: ${printParseErrorCode(first.error)}` };
}

/** The second of two keys of one name in one object. */
function duplicate(node: Node | undefined): Node | undefined {
  if (node === undefined) return undefined;
  const seen = new Set<unknown>();
  for (const child of node.children ?? []) {
    const key = node.type === 'object' ? child.children?.[0] : undefined;
    if (key !== undefined && seen.has(key.value)) return key;
    if (key !== undefined) seen.add(key.value);
    const inner = duplicate(child);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** `value` undefined takes the entry out. */
export function editJson(text: string, path: readonly string[], value: unknown): Edited {
  const read = readJson(text);
  if (!read.ok) return read;
  const start = text.trim() === '' ? '{}\n' : text;
  const edits = modify(start, [...path], value, {}).map((edit) => ({
    ...edit,
    content: laidOut(edit, start, read.value),
  }));
  return { ok: true, text: applyEdits(start, edits) };

  /** jsonc-parser's own layout touches the neighbours too; only what is new is laid out here. */
  function laidOut({ content, offset }: Edit, whole: string, before: unknown): string {
    if (content === '') return content;
    const indent = /\n([ \t]+)\S/.exec(whole)?.[1] ?? '  ';
    const eol = whole.includes('\r\n') ? '\r\n' : '\n';
    const [, comma = '', body = '', after = ''] = /^(,?)(.*?)(,?)$/s.exec(content) ?? [];
    const depth = depthOf(before, path);
    if (!body.startsWith('"'))
      return lines(JSON.stringify(JSON.parse(content), null, indent), indent.repeat(path.length), eol);
    const [, inner = ''] = /^\{\n(.*)\n\}$/s.exec(JSON.stringify(JSON.parse(`{${body}}`), null, indent)) ?? [];
    const isFirst = comma === '' && /\{\s*$/.test(whole.slice(0, offset)) && /^\s*\}/.test(whole.slice(offset));
    const closing = isFirst && !/^\r?\n/.test(whole.slice(offset)) ? `${eol}${indent.repeat(depth)}` : '';
    return `${comma}${eol}${indent.repeat(depth)}${lines(inner, indent.repeat(depth), eol)}${after}${closing}`;
  }
}

const lines = (text: string, indent: string, eol: string): string => text.split('\n').join(`${eol}${indent}`);

/** How many steps of the path are there already. */
function depthOf(value: unknown, path: readonly string[]): number {
  const [first, ...rest] = path;
  if (first === undefined || typeof value !== 'object' || value === null) return 0;
  const entry = Object.entries(value).find(([key]) => key === first);
  return entry === undefined ? 0 : 1 + depthOf(entry[1], rest);
}
