import { type Document, isMap, isPair, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import type { Problem } from './types.ts';

/** A path into the plan as it was written: `['phase_1', 'resources', 0]`. */
export type Path = readonly (string | number)[];

/** Finds where something is written; an object that never was a text has no places. */
export interface Places {
  of(path: Path): { readonly line: number; readonly column: number } | undefined;
}

export const NOWHERE: Places = { of: () => undefined };

export function placesIn(document: Document, counter: LineCounter): Places {
  return {
    of(path) {
      let node: unknown = document.contents;
      let offset = isNode(document.contents) ? document.contents.range?.[0] : undefined;
      for (const part of path) {
        const next = step(node, part);
        if (next === undefined) break; // what isn't there is missing from what is
        offset = next.offset ?? offset;
        node = next.node;
      }
      if (offset === undefined || offset === null) return { line: 1, column: 1 };
      const { line, col } = counter.linePos(offset);
      return { line: Math.max(1, line), column: Math.max(1, col) };
    },
  };
}

function step(node: unknown, part: string | number): { node: unknown; offset: number | undefined } | undefined {
  if (isSeq(node) && typeof part === 'number') {
    const item = node.items[part];
    return isNode(item) ? { node: item, offset: item.range?.[0] } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(
    (p) => isPair(p) && (isScalar(p.key) ? String(p.key.value) : String(p.key)) === String(part),
  );
  if (pair === undefined) return undefined;
  const value = isNode(pair.value) ? pair.value : undefined;
  const key = isNode(pair.key) ? pair.key : undefined;
  // A list or mapping is found by its key: its own first character is that of its first entry.
  const here =
    isMap(value) || isSeq(value) ? (key?.range?.[0] ?? value.range?.[0]) : (value?.range?.[0] ?? key?.range?.[0]);
  return { node: value, offset: here };
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'range' in value;

/** `phases[0].resources[1]`: one way of naming a place for both forms of a plan. */
export const pathText = (path: Path): string =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  );

export type Report = {
  error(path: Path, message: string, more?: Partial<Problem>): void;
  note(path: Path, message: string, more?: Partial<Problem>): void;
};

/**
 * Collects problems with their places. Paths are those of the normal form (`phases`, 0, …); `written` turns one into
 * the path as it was written.
 */
export function reportInto(problems: Problem[], places: Places, written: (path: Path) => Path): Report {
  const put =
    (severity: Problem['severity']) =>
    (path: Path, message: string, more: Partial<Problem> = {}): void => {
      const where = more.file === undefined ? places.of(written(path)) : undefined;
      problems.push({ path: pathText(path), ...where, severity, message, ...more });
    };
  return { error: put('error'), note: put('note') };
}
