import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/*
 * Where this package's own files are. The sources are src/, the build is dist/ (a few bundled files in one folder, with
 * the assets under the paths they have in src/): both lie directly in the package's folder, so one rule finds everything.
 */

/** The package's folder, without a slash at its end. */
export const packageRoot = (): string => fileURLToPath(new URL('../', import.meta.url)).replace(/[\\/]$/, '');

/** A file that lies in src/ and is copied to dist/, e.g. `prompts/plan.md`. */
export const asset = (path: string): URL => new URL(path, import.meta.url);

/** The version in package.json. */
export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}
