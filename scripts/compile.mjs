// dist/ from src/, with the Node and the dependencies that are there (in an image; in a clone scripts/dev.mjs does it).
import { spawnSync } from 'node:child_process';
import { cpSync, globSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { status } = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
for (const path of globSync('**/*.{md,sql,json,yaml}', { cwd: join(root, 'src') })) {
  if (!path.includes('fixtures')) cpSync(join(root, 'src', path), join(root, 'dist', path));
}
