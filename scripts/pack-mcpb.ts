import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The bundle for Claude Desktop: the packed npm package, its dependencies for every platform they ship builds for, and
 * mcpb/manifest.json, packed by the bundle format's own tool. `npm run pack:mcpb -- [file.mcpb]`.
 */
const MCPB = '@anthropic-ai/mcpb@2.1.2';
const root = join(import.meta.dirname, '..');
const target = process.argv[2] ?? join(process.env.INIT_CWD ?? root, 'infragate.mcpb');

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  console.error(`${command} ${args.join(' ')} failed: ${error?.message ?? `exit ${status}`}`);
  process.exit(3);
}

const folder = mkdtempSync(join(tmpdir(), 'infragate-mcpb-'));
const bundle = join(folder, 'package');
try {
  mkdirSync(bundle);
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], root);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  run('tar', ['xzf', join(folder, tarball), '-C', folder], folder);
  // The sandbox needs a Go toolchain; a desktop client has no use for its sources.
  rmSync(join(bundle, 'sandbox'), { recursive: true, force: true });
  cpSync(join(root, 'package-lock.json'), join(bundle, 'package-lock.json'));
  run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], bundle);
  cpSync(join(root, 'mcpb', 'manifest.json'), join(bundle, 'manifest.json'));
  run('npx', ['--yes', '--package', MCPB, '--', 'mcpb', 'pack', bundle, target], folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
