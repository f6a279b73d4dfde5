// Whether dist/ is of these sources, found out in a few milliseconds: names, sizes and times, no contents.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const BUILT_WITH = ['package.json', 'package-lock.json', 'scripts/bundle.mjs', 'scripts/first-answers.ts'];

/** Where the last preparation keeps what it saw. */
export const SEEN = join(root, 'node_modules', '.infragate-seen');

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  });
}

/** Everything a build is made from. */
export function inputs() {
  const sources = files(join(root, 'src')).filter((path) => !path.endsWith('.test.ts') && !path.includes('/fixtures/'));
  return [...sources.sort(), ...BUILT_WITH.map((path) => join(root, path))];
}

export function glance() {
  const sum = createHash('sha256');
  for (const path of inputs()) {
    const { size, mtimeMs } = statSync(path);
    sum.update(`${relative(root, path)}\0${size}\0${mtimeMs}\0`);
  }
  return sum.digest('hex');
}

export function isBuilt() {
  try {
    return existsSync(join(root, 'dist', 'cli.js')) && readFileSync(SEEN, 'utf8') === glance();
  } catch {
    return false; // never prepared
  }
}
