import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * `npm test [-- vitest arguments]`: every tier this machine can run, then the runner's own totals on one line. What can't
 * run here is skipped by the tests themselves, with what is missing, and counted.
 */
const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'infragate-test-'));
const report = join(folder, 'report.json');
const given = process.argv.slice(2);
const run = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...given,
  ],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
);

type Report = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  success: boolean;
};
const totals: Report | undefined = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
rmSync(folder, { recursive: true, force: true });
if (totals === undefined) {
  console.error('the test runner left no report: it did not finish');
  process.exit(run.status === 0 ? 1 : (run.status ?? 1));
}
const skipped = totals.numPendingTests + totals.numTodoTests;
console.log(`${totals.numPassedTests} passed, ${totals.numFailedTests} failed, ${skipped} skipped`);
process.exit(run.status === 0 && totals.success && totals.numPassedTests > 0 ? 0 : 1);
