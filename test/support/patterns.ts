import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type AST, RegExpParser } from '@eslint-community/regexpp';
import { parseAst } from 'rolldown/parseAst';

/** The regular expressions of a source folder, and texts on which one that is not linear takes its time. */
export type Pattern = { readonly source: string; readonly flags: string; readonly file: string };

const OURS = /^(?!.*\.(?:test|fixture|records)\.ts$).*\.ts$/;

export const sourcesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && OURS.test(entry.name) && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name));

const SOURCES = join(import.meta.dirname, '..', '..', 'src');
/** Folders that make patterns from words when they are loaded, and do nothing else then. */
const MADE_IN = ['assumptions', 'criteria', 'documents', 'objects', 'plan', 'redaction', 'review', 'shell', 'workflow'];

/** Of the sources, literals and made ones. */
export const allPatterns = (): Pattern[] => [
  ...literalsIn(SOURCES),
  ...madeIn(MADE_IN.map((folder) => join(SOURCES, folder))),
];

/** Every literal once, with a file that has it. */
function literalsIn(folder: string): Pattern[] {
  const found = new Map<string, Pattern>();
  for (const path of sourcesIn(folder))
    for (const node of nodesOf(parseAst(readFileSync(path, 'utf8'), { lang: 'ts' }))) {
      const regex = Object(node.regex);
      if (node.type !== 'Literal' || typeof regex.pattern !== 'string') continue;
      const one = { source: regex.pattern, flags: String(regex.flags), file: relative(folder, path) };
      found.set(`/${one.source}/${one.flags}`, one);
    }
  return [...found.values()];
}

function* nodesOf(node: unknown): Generator<Record<string, unknown>> {
  if (Array.isArray(node)) for (const one of node) yield* nodesOf(one);
  else if (typeof node === 'object' && node !== null) {
    const own: Record<string, unknown> = { ...node };
    yield own;
    for (const value of Object.values(own)) yield* nodesOf(value);
  }
}

const CANDIDATES = [...'a1 -/."\':=,_<[{(|\\\nZe@#$%&*+;?!`~^>])}\t0x\r'];
const SHORT = 8_000;
const LONG = 64_000;
/** Linear takes well under a millisecond at the short length, and eight times as long at the long one. */
const SUSPECT_MS = 1;
const SLOW_MS = 40;
const SLOW_RATIO = 14;
const DRAWS = 3;

/** The repeated word with which the pattern takes more than proportional time; undefined: none was found. */
export function slowWord({ source, flags }: Pattern): string | undefined {
  const pattern = new RegExp(source, flags);
  const words = new Set<string>();
  for (let draw = 0; draw < DRAWS; draw += 1) for (const word of wordsOf(source, flags, draw)) words.add(word);
  for (const [head, word] of [...words].map((one) => one.split('\0', 2))) {
    const text = (length: number) => `${head}${(word ?? '').repeat(Math.ceil(length / (word ?? 'a').length))}\0\n\0`;
    if (word === undefined || word === '') continue;
    if (time(pattern, text(SHORT)) < SUSPECT_MS) continue;
    const [short, long] = [best(pattern, text(SHORT)), best(pattern, text(LONG))];
    if (long > SLOW_MS && long > SLOW_RATIO * short) return `${head}(${word})…`;
  }
  return undefined;
}

function time(pattern: RegExp, text: string): number {
  const started = process.threadCpuUsage();
  text.replace(pattern, '');
  return process.threadCpuUsage(started).user / 1_000;
}

const best = (pattern: RegExp, text: string): number =>
  Math.min(time(pattern, text), time(pattern, text), time(pattern, text));

/**
 * Beginnings of what the pattern matches, up to each of its quantifiers: `head NUL word`, where the word is what is
 * repeated (the beginning itself, or what the quantifier repeats after it). The draw chooses among alternatives.
 */
function wordsOf(source: string, flags: string, draw: number): string[] {
  const words: string[] = [];
  const add = (before: string, own: string): void => {
    if (own !== '') words.push(`\0${own}`, `${before}\0${own}`, `\0${before}${own}`);
    if (before !== '') words.push(`\0${before}`);
  };
  let turn = draw;
  const choose = <T>(from: readonly T[]): T | undefined => {
    turn += 1;
    return from[(turn * 7 + draw) % from.length];
  };
  const matching = (raw: string): string => {
    const one = new RegExp(`^${raw}$`, flags.replace(/[gmy]/g, ''));
    const fitting = CANDIDATES.filter((c) => one.test(c));
    return (draw === 0 ? fitting[0] : choose(fitting.slice(0, 6))) ?? '';
  };
  const walk = (elements: readonly AST.Element[], before: string): string =>
    elements.reduce((text, element) => text + sample(element, text), before).slice(before.length);
  const branch = (alternatives: readonly AST.Alternative[], before: string): string => {
    const texts = alternatives.map((one) => walk(one.elements, before));
    return (draw === 0 ? texts[0] : choose(texts)) ?? '';
  };
  function sample(element: AST.Element, before: string): string {
    switch (element.type) {
      case 'Character':
        return String.fromCodePoint(element.value);
      case 'CharacterSet':
      case 'CharacterClass':
        return matching(element.raw);
      case 'Group':
      case 'CapturingGroup':
        return branch(element.alternatives, before);
      case 'Quantifier': {
        const own = sample(element.element, before);
        if (element.max === Number.POSITIVE_INFINITY) add(before, own);
        return element.min === 0 && (turn + draw) % 2 === 1 ? '' : own.repeat(Math.max(1, Math.min(element.min, 50)));
      }
      default:
        return '';
    }
  }
  const parsed = new RegExpParser().parsePattern(source, 0, source.length, { unicode: /[uv]/.test(flags) });
  for (const one of parsed.alternatives) walk(one.elements, '');
  return words;
}

/** Patterns that these folders' modules make with `new RegExp` when they are loaded (made-patterns.ts, in a process). */
function madeIn(folders: readonly string[]): Pattern[] {
  const script = join(import.meta.dirname, 'made-patterns.ts');
  const files = folders.flatMap(sourcesIn).filter((path) => !path.endsWith('.worker.ts'));
  const out = execFileSync(process.execPath, [script], { input: JSON.stringify(files), encoding: 'utf8' });
  return JSON.parse(out);
}
