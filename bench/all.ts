import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { HEAD, lineOf, ROWS_FILE, type Row } from './row.ts';

/**
 * `npm run bench [-- NAME … --write]`: every bench in this folder, or those named, one after another, and one table of
 * what they measured. `--write` makes docs/performance.md of it.
 */
const root = join(import.meta.dirname, '..');
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const folder = mkdtempSync(join(tmpdir(), 'infragate-bench-rows-'));
const file = join(folder, 'rows.jsonl');
/** Parts of benches, which measure nothing by themselves. */
const PARTS = ['all', 'row', 'peers', 'kubectl', 'reality-script', 'divergence.speed'];

const load = (): string => loadavg()[0]?.toFixed(1) ?? '';
const before = load();
const failed: string[] = [];
const all = readdirSync(import.meta.dirname)
  .filter((f) => f.endsWith('.ts'))
  .map((f) => f.slice(0, -3))
  .filter((name) => !PARTS.includes(name));
for (const name of all.filter((one) => wanted.length === 0 || wanted.includes(one))) {
  console.log(`\n## ${name}\n`);
  const env = { ...process.env, [ROWS_FILE]: file };
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`)], { stdio: 'inherit', env });
  if (status !== 0) failed.push(name);
}

const rows: Row[] = existsSync(file)
  ? readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  : [];
rmSync(folder, { recursive: true, force: true });
const table = [HEAD, ...rows.map(lineOf)].join('\n');
const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}; load ${before} before and ${load()} after`;
if (rows.length > 0) console.log(`\n## All of it\n\n${machine}\n\n${table}`);
if (failed.length > 0) console.log(`\nover a bound, or failed: ${failed.join(', ')}`);
if (process.argv.includes('--write'))
  writeFileSync(
    join(root, 'docs', 'performance.md'),
    `<!-- Written by \`npm run bench -- --write\`; run it, don't edit this. -->
# Performance

One run of \`npm run bench\`, ${new Date().toISOString().slice(0, 10)}: ${machine}. "ours / each" below 1 means that infragate is
faster. What each clock is: [bench/README.md](../bench/README.md). On a machine that does other work (a load above its number
of processors) only the ratios tell something, because each rival runs in turn with ours.

${table}
`,
  );
process.exit(failed.length === 0 ? 0 : 1);
