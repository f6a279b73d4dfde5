import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBinary } from '../src/sandbox/binary.ts';
import { SandboxProblem } from '../src/sandbox/sandbox.ts';

/**
 * `npm test [-- vitest arguments]`: every tier this machine can run, then the runner's own totals on one line. The
 * sandbox's binary is made first, because a cold build takes minutes. Tiers that need it and can't have it are skipped
 * loudly, with what is missing, and their tests are counted.
 */
const root = join(import.meta.dirname, '..');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const given = process.argv.slice(2);
const chosen = given.some((arg) => arg.startsWith('--project'));
const NEED_SANDBOX = ['cluster', 'node', 'clients'];

const missing = chosen && !given.some((arg) => NEED_SANDBOX.includes(arg)) ? undefined : await sandboxMissing();
const tiers =
  missing === undefined || chosen
    ? []
    : ['unit', 'process', 'timing', 'protocol', 'postgres', 'browser'].flatMap((tier) => ['--project', tier]);
const leftOut = missing === undefined ? 0 : testsIn(NEED_SANDBOX);

const folder = mkdtempSync(join(tmpdir(), 'infragate-test-'));
const report = join(folder, 'report.json');
const run = spawnSync(
  process.execPath,
  [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...tiers, ...given],
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
if (missing !== undefined) console.log(`SKIPPED ${leftOut} tests of the tiers ${NEED_SANDBOX.join(', ')}: ${missing}`);
const skipped = totals.numPendingTests + totals.numTodoTests + leftOut;
console.log(`${totals.numPassedTests} passed, ${totals.numFailedTests} failed, ${skipped} skipped`);
process.exit(run.status === 0 && totals.success && totals.numPassedTests > 0 ? 0 : 1);

async function sandboxMissing(): Promise<string | undefined> {
  try {
    await findBinary((line) => console.error(`sandbox: ${line}`));
    return undefined;
  } catch (error) {
    if (error instanceof SandboxProblem) return error.message;
    throw error;
  }
}

/** How many tests there are in these tiers, as the runner lists them. */
function testsIn(projects: readonly string[]): number {
  const args = [vitest, 'list', '--json', ...projects.flatMap((p) => ['--project', p])];
  const listed: unknown = JSON.parse(
    execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }),
  );
  return Array.isArray(listed) ? listed.length : 0;
}
