import { isAbsolute, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fixtures, scored } from '../src/documents/fixture.ts';
import { type CaseResult, judge, type SourceKind } from '../src/documents/judge.fixture.ts';
import { renderFor } from '../test/support/charts.ts';
import { parsingSpeed } from './divergence.speed.ts';

/**
 * How well divergence-check does, over test/cases/documents and the documents with complete expectations
 * (src/documents/fixtures), by kind of source; and how fast. `--corpus FOLDER`: another folder in the form of
 * test/cases/documents, with each expectation that fails. The last line says how many expectations hold; exit 1 when
 * some don't.
 */
const { values } = parseArgs({ options: { corpus: { type: 'string' } } });
const share = (part: number, whole: number) => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`);

type Count = { wanted: number; found: number; right: number; wrong: number };
const counts = new Map<SourceKind, Count>();
const countOf = (kind: SourceKind): Count => {
  const existing = counts.get(kind) ?? { wanted: 0, found: 0, right: 0, wrong: 0 };
  counts.set(kind, existing);
  return existing;
};
let holding = 0;
let all = 0;

const folder =
  values.corpus === undefined
    ? join(import.meta.dirname, '..', 'test', 'cases', 'documents')
    : isAbsolute(values.corpus)
      ? values.corpus
      : resolve(process.env.INIT_CWD ?? process.cwd(), values.corpus);
const results = await judge(folder, renderFor);
for (const result of results) tally(result);
if (values.corpus === undefined) await complete();

console.log('\nkind of source  expected  found  recall    HIGH right  HIGH wrong  precision');
for (const [kind, { wanted, found, right, wrong }] of counts) {
  console.log(
    `${kind.padEnd(14)}  ${String(wanted).padStart(8)}  ${String(found).padStart(5)}  ${share(found, wanted).padStart(7)}  ${String(right).padStart(10)}  ${String(wrong).padStart(10)}  ${share(right, right + wrong).padStart(9)}`,
  );
}
const unlabelled = results.reduce((sum, one) => sum + one.unlabelled, 0);
if (unlabelled > 0) console.log(`${unlabelled} HIGH findings are neither expected nor excluded by a case`);
if (values.corpus === undefined) console.log(await parsingSpeed());
console.log(`${holding} of ${all} hold`);
if (holding < all) process.exitCode = 1;

function tally({ name, kind, expectations, surplus, skipped }: CaseResult): void {
  const count = countOf(kind);
  if (skipped !== undefined) console.log(`${name}: skipped, ${skipped}: run "infragate sandbox helm" first`);
  for (const one of surplus) {
    all += 1;
    count.wrong += 1;
    console.log(`${name}: not among what the case says is HIGH: ${one}`);
  }
  for (const one of expectations) {
    all += 1;
    if (one.holds) holding += 1;
    else console.log(`${name}: ${one.text}\n  found: ${one.instead}`);
    if (one.form === 'expect') {
      count.wanted += 1;
      count.found += one.holds ? 1 : 0;
      if (one.severity === 'HIGH' && one.holds) count.right += 1;
    } else if (one.form === 'not' && one.severity === 'HIGH' && !one.holds) count.wrong += 1;
  }
}

/** The documents of which every divergence is known: what nobody expected counts against precision. */
async function complete(): Promise<void> {
  for (const fixture of await fixtures()) {
    const count = countOf(/compose/.test(fixture.name) ? 'compose' : 'guide');
    const { found, missed, surplus } = scored(fixture);
    all += found.length + missed.length + surplus.length;
    holding += found.length;
    count.wanted += found.length + missed.length;
    count.found += found.length;
    count.right += found.filter((e) => e.divergence === 'HIGH').length;
    count.wrong += surplus.filter((d) => d.divergence === 'HIGH').length;
    for (const e of missed) console.log(`${fixture.name}: missed ${e.divergence} ${e.rule}`);
    for (const d of surplus) console.log(`${fixture.name}: not expected ${d.divergence} ${d.id}`);
  }
}
