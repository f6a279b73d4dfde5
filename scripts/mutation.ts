import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseAst } from 'rolldown/parseAst';

/**
 * `npm run mutation [-- FOLDER … --sample N]`: changes one operator, constant, condition or statement of a rule at a time, in a
 * copy of this clone, and runs the tests of the rules. A change that no test notices is named, with its line. Without folders:
 * src/workflow and src/engine. With --sample only every n-th change is tried, so that N are. Not part of CI: it takes hours.
 */
type Mutant = { readonly file: string; readonly start: number; readonly end: number; readonly by: string };
type Node = Readonly<Record<string, unknown>> & { readonly type: string; readonly start: number; readonly end: number };

const root = join(import.meta.dirname, '..');
const given = process.argv.slice(2);
const sampleAt = given.indexOf('--sample');
const sample = sampleAt < 0 ? Number.POSITIVE_INFINITY : Number(given[sampleAt + 1]);
const named = given.filter((arg, index) => !arg.startsWith('--') && index !== sampleAt + 1);
const folders = named.length === 0 ? ['src/workflow', 'src/engine'] : named;

/** The quick ones first: most changes are noticed by the first. */
const STAGES: readonly (readonly string[])[] = [
  ['test/unit/law.test.ts', 'src/workflow'],
  ['test/unit/law.property.test.ts', 'test/unit/suggest.test.ts', 'src/engine'],
];

const OPERATORS: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  '<': '>=',
  '>': '<=',
  '<=': '>',
  '>=': '<',
  '+': '-',
  '-': '+',
  '&&': '||',
  '||': '&&',
  '??': '&&',
};

function mutantsOf(file: string): Mutant[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found: Mutant[] = [];
  const put = (start: number, end: number, by: string) => found.push({ file, start, end, by });
  visit(parseAst(text, { lang: 'ts' }), (node) => {
    switch (node.type) {
      case 'BinaryExpression':
      case 'LogicalExpression': {
        const [left, right] = [node.left, node.right];
        const other = OPERATORS[String(node.operator)];
        if (!isNode(left) || !isNode(right) || other === undefined) return;
        const at = text.indexOf(String(node.operator), left.end);
        if (at >= 0 && at < right.start) put(at, at + String(node.operator).length, other);
        return;
      }
      case 'UnaryExpression':
        if (node.operator === '!') put(node.start, node.start + 1, '');
        return;
      case 'Literal':
        if (typeof node.value === 'boolean') put(node.start, node.end, String(!node.value));
        if (typeof node.value === 'number') put(node.start, node.end, String(node.value + 1));
        return;
      case 'IfStatement':
      case 'ConditionalExpression':
        if (isNode(node.test)) for (const by of ['true', 'false']) put(node.test.start, node.test.end, by);
        return;
      case 'ExpressionStatement':
        put(node.start, node.end, ';');
        return;
    }
  });
  return found;
}

/** Types mean nothing when it runs. */
function visit(value: unknown, each: (node: Node) => void): void {
  if (Array.isArray(value)) for (const one of value) visit(one, each);
  if (!isNode(value) || value.type.startsWith('TSType') || value.type.startsWith('TSInterface')) return;
  each(value);
  for (const inner of Object.values(value)) if (typeof inner === 'object') visit(inner, each);
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !/fixture|index\.ts$/.test(path))
    .map((path) => join(folder, path));

const all = folders.flatMap(sources).flatMap(mutantsOf);
const step = Math.max(1, all.length / sample);
const chosen = all.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
console.log(`${all.length} changes in ${folders.join(', ')}; ${chosen.length} are tried`);

const copy = mkdtempSync(join(tmpdir(), 'infragate-mutation-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const part of ['src', 'test', 'docs', 'scripts', 'package.json', 'tsconfig.json', 'vitest.config.ts'])
  cpSync(join(root, part), join(copy, part), { recursive: true });
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

const MAX_MS = 300_000;

/** What the tests print, when one of them fails or they don't end. */
function noticed(): string | undefined {
  for (const tests of STAGES) {
    const args = [
      join(copy, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--project',
      'unit',
      '--bail',
      '1',
      ...tests,
    ];
    const run = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', timeout: MAX_MS });
    if (run.status !== 0) return `${run.stdout}${run.stderr}`;
  }
  return undefined;
}

const before = noticed();
if (before !== undefined) throw new Error(`the tests fail before anything was changed:\n${before.slice(-3000)}`);
let survived = 0;
for (const { file, start, end, by } of chosen) {
  const text = readFileSync(join(root, file), 'utf8');
  writeFileSync(join(copy, file), text.slice(0, start) + by + text.slice(end));
  if (noticed() === undefined) {
    survived += 1;
    const line = text.slice(0, start).split('\n').length;
    console.log(
      `survived: ${relative('.', file)}:${line} ${JSON.stringify(text.slice(start, end))} → ${JSON.stringify(by)}`,
    );
  }
  writeFileSync(join(copy, file), text);
}
const killed = chosen.length - survived;
console.log(`${killed} of ${chosen.length} noticed: ${((100 * killed) / Math.max(1, chosen.length)).toFixed(1)} %`);
process.exitCode = killed >= 0.95 * chosen.length ? 0 : 1;
