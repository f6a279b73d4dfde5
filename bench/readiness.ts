import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type ArgoJudged, argoStates, judgeArgo } from './cases/argo.ts';
import { ARGUED } from './cases/argued.ts';
import { type CaseFile, casesIn } from './cases/file.ts';
import { judgeCase } from './cases/judge.ts';
import { matrixOf } from './cases/matrix.ts';
import { readingOf } from './cases/reading.ts';

/**
 * Do objects answer as is written above them? Of test/cases/objects, of our own fixtures and of `--corpus FOLDER` (files in
 * the same form), each that does not; the confusion matrix of the readings; with `--argo-cd CHECKOUT` the same against
 * what Argo CD calls the objects of its own health tests. The last line counts; exits 1 when some do not hold.
 */
const { values } = parseArgs({
  options: { corpus: { type: 'string', multiple: true }, 'argo-cd': { type: 'string' } },
});
const fail = (why: string): never => {
  console.error(`bench:readiness: ${why}`);
  process.exit(2);
};
const root = join(import.meta.dirname, '..');
const from = process.env.INIT_CWD ?? process.cwd();
const folders = [
  join(root, 'test', 'cases', 'objects'),
  join(root, 'src', 'objects', 'fixtures'),
  ...(values.corpus ?? []).map((folder) => resolve(from, folder)),
];

for (const folder of folders) {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) fail(`--corpus: ${folder} is no folder`);
}

let [hold, all] = [0, 0];
const pairs: (readonly [string, string])[] = [];
for (const folder of folders) {
  const judged = casesIn(folder).map(judgeCase);
  const missed = judged.filter(({ misses }) => misses.length > 0);
  console.log(`\n## ${folder}: ${judged.length - missed.length} of ${judged.length} hold\n`);
  for (const { case: one, misses } of missed) {
    for (const { expected, found } of misses) console.log(`${one.file}: expected ${expected}; found ${found}`);
  }
  all += judged.length;
  hold += judged.length - missed.length;
  pairs.push(...judged.flatMap(({ case: one }) => readingPair(one)));
}

function readingPair(one: CaseFile): (readonly [string, string])[] {
  if (one.unreadable !== undefined) return [];
  const expected = /^readiness is (?:one of )?([^;]+)/.exec(one.expected)?.[1];
  return expected === undefined ? [] : [[expected.trim(), readingOf(one).status]];
}

console.log(`\n## readings\n\n${matrixOf(pairs).join('\n')}`);

if (values['argo-cd'] !== undefined) {
  const judged = argoStates(resolve(from, values['argo-cd']), Date.now()).map(judgeArgo);
  const wrong = judged.filter((one) => one.wrong !== undefined && !ARGUED.has(one.case.file));
  const healthy = judged.filter((one) => one.health === 'Healthy');
  const open = healthy.filter((one) => one.found === 'unknown');
  console.log(`\n## Argo CD's health tests\n\n${matrixOf(judged.map((one) => [one.health, one.found])).join('\n')}\n`);
  for (const one of wrong) console.log(`${one.wrong}: ${line(one)}`);
  for (const one of judged.filter((one) => one.wrong !== undefined && ARGUED.has(one.case.file)))
    console.log(`argued: ${line(one)}: ${ARGUED.get(one.case.file)}`);
  for (const one of healthy.filter(({ found }) => found === 'waiting' || found === 'failed'))
    console.log(`healthy, and we disagree: ${line(one)}`);
  for (const one of open) console.log(`healthy, without a verdict: ${line(one)}`);
  const share = open.length / Math.max(1, healthy.length);
  console.log(
    `${open.length} of ${healthy.length} healthy without a verdict: ${(100 * share).toFixed(1)} % (at most 10)`,
  );
  all += judged.length;
  hold += judged.length - wrong.length;
  if (share > 0.1) process.exitCode = 1;
}

function line({ case: { file }, health, found, reason }: ArgoJudged): string {
  return `${file}: Argo CD says ${health}, we say ${found}(${reason})`;
}

console.log(`\n${hold} of ${all} hold`);
if (hold < all) process.exitCode = 1;
