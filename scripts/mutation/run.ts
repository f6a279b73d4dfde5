import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutant, mutantsOf } from './mutants.ts';
import { Tester } from './tester.ts';

/**
 * `npm run mutation [-- FOLDER|FILE … --sample N --jobs N]`: changes one operator, constant, condition or statement of a rule
 * at a time and runs the tests that lead to it, in processes that hold everything else loaded. A change that no test notices
 * is named, with its line. Without folders: src/workflow and src/engine. With --sample only every n-th change is tried.
 */
const root = join(import.meta.dirname, '..', '..');
const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: { sample: { type: 'string' }, jobs: { type: 'string' }, tests: { type: 'string', multiple: true } },
});
const folders = positionals.length === 0 ? ['src/workflow', 'src/engine'] : positionals;
/** Tests that hold the rules and the engine; which of them lead to the changed file is looked up. */
const TESTS = values.tests ?? [
  'test/unit/law',
  'test/unit/suggest',
  'test/unit/bad-input',
  'src/workflow',
  'src/engine',
  'src/tools',
  'src/phases',
  'src/plan',
  'src/report',
  'src/criteria',
];

const filesBelow = (folder: string): string[] =>
  folder.endsWith('.ts')
    ? [folder]
    : readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path));
const sources = folders
  .flatMap(filesBelow)
  .filter((path) => path.endsWith('.ts') && !/\.test\.ts$|fixture|index\.ts$/.test(path));
const candidates = ['test/unit', 'src']
  .flatMap(filesBelow)
  .filter((path) => path.endsWith('.test.ts') && TESTS.some((begin) => path.startsWith(begin)));

const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
const all = sources.flatMap((file) => mutantsOf(file, textOf(file)));
const step = Math.max(1, all.length / Number(values.sample ?? Number.POSITIVE_INFINITY));
const chosen = all.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
console.log(`${all.length} changes in ${folders.join(', ')}; ${chosen.length} are tried`);

const tester = new Tester();
const costs = new Map<string, number>();
for (const test of candidates) {
  const { cpu_ms, failure } = await tester.time(test);
  if (failure !== undefined) console.log(`not used, it fails before anything is changed: ${test}: ${failure}`);
  else costs.set(test, cpu_ms);
}
const sum = [...costs.values()].reduce((a, b) => a + b, 0);
console.log(`${costs.size} test files, ${(sum / 1000).toFixed(1)} s of processor time together`);
const quickFirst = [...costs].sort(([, a], [, b]) => a - b).map(([test]) => test);
if (quickFirst.length === 0) throw new Error('no test file passes before anything is changed');

/** The test beside the file, then whatever noticed the last changes of it, then the quick ones. */
const noticedBy = new Map<string, string>();
function ordered(file: string): string[] {
  const beside = file.replace(/\.ts$/, '.test.ts');
  const first = [noticedBy.get(file), beside, 'test/unit/law.test.ts'];
  return [...new Set([...first.filter((test) => test !== undefined && costs.has(test)), ...quickFirst])].filter(
    (test) => test !== undefined,
  );
}

const where = ({ file, start, end, by }: Mutant) => {
  const text = textOf(file);
  return `${file}:${text.slice(0, start).split('\n').length} ${JSON.stringify(text.slice(start, end))} → ${JSON.stringify(by)}`;
};

let [tried, survived] = [0, 0];
const begun = Date.now();
async function work(own: Tester): Promise<void> {
  for (let mutant = chosen[tried]; mutant !== undefined; mutant = chosen[tried]) {
    tried += 1;
    const { failure, by } = await own.try(mutant, ordered(mutant.file), costs);
    if (by !== undefined) noticedBy.set(mutant.file, by);
    if (failure === undefined) {
      survived += 1;
      console.log(`survived: ${where(mutant)}`);
    }
    if (tried % 100 === 0)
      console.log(`${tried} tried, ${survived} survived, ${Math.round((Date.now() - begun) / 1000)} s`);
  }
  own.close();
}
const jobs = Number(values.jobs ?? availableParallelism());
await Promise.all([tester, ...Array.from({ length: jobs - 1 }, () => new Tester())].map(work));
const noticed = chosen.length - survived;
console.log(`${noticed} of ${chosen.length} noticed: ${((100 * noticed) / Math.max(1, chosen.length)).toFixed(1)} %`);
process.exitCode = noticed >= 0.95 * chosen.length ? 0 : 1;
