import { LineCounter, parseAllDocuments } from 'yaml';
import { KUBECTL_YAML } from '../../objects/kubectl-yaml.ts';
import type { Block } from '../blocks/index.ts';
import { type Place, quoted } from '../document.ts';
import { NoValue, valuesOf } from './values.ts';

export type Path = readonly (string | number)[];
export type Json = Readonly<Record<string, unknown>>;

/** One YAML document of a block, and where each of its fields stands. */
export type YamlDocument = {
  readonly value: Json;
  at(path: Path): Place;
  /** It is one entry of a list. */
  readonly item?: true;
};

/** Something of a document that was not read, where, and why. */
export type Unread = { readonly place: Place; readonly because: string };

export type YamlRead = { readonly documents: readonly YamlDocument[]; readonly unread: readonly Unread[] };

/** Every mapping in a block that is YAML. What can't be read is said, with the line of the first thing wrong. */
export function readYaml(block: Block, part: string): YamlRead {
  const counter = new LineCounter();
  const lines = block.text.split('\n');
  const places = new Map<number, Place>();
  const placed = (line: number): Place => {
    const known = places.get(line);
    if (known !== undefined) return known;
    const { heading } = block;
    const place = { part, heading, line: block.line + line - 1, quote: quoted(lines[line - 1] ?? '') };
    places.set(line, place);
    return place;
  };
  const lineAt = (offset: number) => counter.linePos(offset).line || 1;
  const documents: YamlDocument[] = [];
  const unread: Unread[] = [];
  let parsed: ReturnType<typeof parseAllDocuments>;
  try {
    parsed = parseAllDocuments(block.text, {
      lineCounter: counter,
      ...KUBECTL_YAML,
      logLevel: 'silent',
    });
  } catch {
    return { documents, unread: [{ place: placed(1), because: 'it is nested too deep to be read as YAML' }] };
  }
  if (!Array.isArray(parsed)) return { documents, unread };
  for (const document of parsed) {
    const [error] = document.errors;
    if (error !== undefined) {
      const because = isTemplate(block.text)
        ? TEMPLATE
        : `it is not YAML (${error.code.toLowerCase().replaceAll('_', ' ')})`;
      unread.push({ place: placed(lineAt(error.pos[0])), because });
      continue;
    }
    const start = document.range?.[0] ?? 0;
    try {
      const { value, offsetOf, lost } = valuesOf(document.contents);
      const at = (path: Path) => placed(lineAt(offsetOf(path)));
      const template = lost.length > 0 && isTemplate(block.text);
      for (const { offset, because } of lost.slice(0, MOST_LOST))
        unread.push({ place: placed(lineAt(offset)), because: template ? TEMPLATE : because });
      if (isJson(value)) documents.push({ value, at });
      // A list at the top: plays, fragments, and several objects in JSON. Each of its mappings is read by itself.
      else if (Array.isArray(value))
        value.forEach((item: unknown, i) => {
          if (isJson(item)) documents.push({ value: item, at: (path) => at([i, ...path]), item: true });
        });
      else if (value !== null && value !== undefined)
        unread.push({ place: placed(lineAt(start)), because: 'it is a text or a number, and no mapping with fields' });
    } catch (error) {
      if (error instanceof RangeError) unread.push({ place: placed(1), because: 'it is nested too deep to be read' });
      else if (error instanceof Error) {
        const offset = error instanceof NoValue ? (error.offset ?? start) : start;
        unread.push({ place: placed(lineAt(offset)), because: quoted(error.message) });
      }
    }
  }
  return { documents, unread };
}

/** Of what is lost in one document, this many places are named. */
const MOST_LOST = 50;

const TEMPLATE =
  'it is a template ({{ … }} or {% … %}), which another program fills in: render it, and compare what comes out';

export const isTemplate = (text: string): boolean => /\{\{|\{%|<%|@@[A-Z_]+@@/.test(text);

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined;
/** A field several levels down, or undefined. */
export function dig(value: unknown, ...path: (string | number)[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof key === 'number') at = listOf(at)[key];
    else at = isJson(at) ? at[key] : undefined;
  }
  return at;
}
