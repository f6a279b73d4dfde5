import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** `npm run check`: types, lint and format, nothing unused, and that what is generated is fresh. */
const root = join(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);
const steps: readonly (readonly [string, string, readonly string[]])[] = [
  ['types', bin('tsc'), ['-p', '.']],
  ['lint and format', bin('biome'), ['ci', '.']],
  ['nothing unused', bin('knip'), ['--no-progress']],
  ['generated documents', process.execPath, [join(root, 'scripts', 'generate-docs.ts')]],
  ['generated plugin files', process.execPath, [join(root, 'scripts', 'generate-plugin.ts')]],
];

let failed = 0;
for (const [name, command, args] of steps) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  console.log(`${name}: ${status === 0 ? 'ok' : 'FAILED'}`);
  if (status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
