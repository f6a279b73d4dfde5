import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readCases } from './commands/case.ts';
import { holds, judgeCase, workspace } from './commands/judge.ts';

/**
 * `npm run bench:commands -- [--corpus FILE.tsv]`: what the plugin's guard and the plan's checks say of command lines, against
 * what is expected (test/cases/commands.tsv; bench/commands/case.ts says how a file is written). Exits 1 when one does not hold.
 */
const { values } = parseArgs({ options: { corpus: { type: 'string' } } });
const file = resolve(
  process.env.INIT_CWD ?? process.cwd(),
  values.corpus ?? join(import.meta.dirname, '..', 'test', 'cases', 'commands.tsv'),
);
const cases = readCases(readFileSync(file, 'utf8'));
const { cwd, remove } = workspace();
let held = 0;
const falsely = { stops: 0, passes: 0, pass: 0, stop: 0 };
let slowest = 0;
const started = performance.now();
for (const one of cases) {
  const before = performance.now();
  const judged = await judgeCase(one, cwd);
  slowest = Math.max(slowest, performance.now() - before);
  const right = holds(one, judged);
  if (right) held += 1;
  else console.log(`${JSON.stringify(one.line)}\n  expected ${one.expected}, got ${judged.outcome}: ${judged.because}`);
  if (one.judge === 'hook') {
    const kind = one.outcomes.includes('pass') ? 'pass' : 'stop';
    falsely[kind] += 1;
    if (!right) falsely[kind === 'pass' ? 'stops' : 'passes'] += 1;
  }
}
remove();
const share = (wrong: number, of: number) => `${wrong} of ${of} (${((100 * wrong) / Math.max(of, 1)).toFixed(1)} %)`;
console.log(`false stops ${share(falsely.stops, falsely.pass)}, false passes ${share(falsely.passes, falsely.stop)}`);
console.log(
  `${((performance.now() - started) / Math.max(cases.length, 1)).toFixed(2)} ms a line, ${slowest.toFixed(1)} ms the slowest`,
);
console.log(`${held} of ${cases.length} hold`);
process.exitCode = held === cases.length && cases.length > 0 ? 0 : 1;
