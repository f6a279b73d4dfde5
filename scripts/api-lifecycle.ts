import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes src/assumptions/lifecycle.json from Kubernetes' own declarations: the zz_generated.prerelease-lifecycle.go files
 * of the Go module k8s.io/api, and the deprecation notes of types that have none (v1 Endpoints). Types that were dropped
 * from the newest module are read from an older one.
 * Run it with `go` on the PATH: node scripts/api-lifecycle.ts
 */
const MODULES = ['v0.19.0', 'v0.24.17', 'v0.31.0', 'v0.37.2'] as const;

type Lifecycle = { introduced?: string; deprecated?: string; removed?: string; replacement?: string };

function folderOf(version: string): string {
  const out = execFileSync('go', ['mod', 'download', '-json', `k8s.io/api@${version}`], { encoding: 'utf8' });
  const { Dir } = JSON.parse(out) as { Dir: string };
  return Dir;
}

const folders = (path: string) =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

/** `func (in *Kind) APILifecycleRemoved() (major, minor int) { return 1, 25 }` and its siblings. */
const FUNCTION =
  /func \(in \*(\w+)\) APILifecycle(Introduced|Deprecated|Removed|Replacement)\(\)[^{]*\{\s*return ([^\n]+)\n/g;

function valueIn(what: string, returned: string): string | undefined {
  if (what !== 'Replacement') {
    const [major, minor] = returned.split(',').map((part) => part.trim());
    return major === '0' && minor === '0' ? undefined : `${major}.${minor}`;
  }
  const named = /Group: "([^"]*)", Version: "([^"]*)", Kind: "([^"]*)"/.exec(returned);
  if (named === null) return undefined;
  const [, group, version, kind] = named;
  return `${group === '' ? '' : `${group}/`}${version}/${kind}`;
}

/** `// Deprecated: This API is deprecated in v1.33+. Use discoveryv1.EndpointSlice.` above `type Endpoints struct`. */
const NOTE =
  /\/\/ Deprecated: This API is deprecated in v(\d+\.\d+)\+(?:\. Use ([a-z]+)(v\d\w*)\.(\w+)\.)?\n(?:\/\/[^\n]*\n)*type (\w+) struct \{\n\tmetav1\.TypeMeta/g;

function notesIn(root: string, folder: string, version: string): [string, Lifecycle][] {
  const types = join(root, folder, version, 'types.go');
  if (!existsSync(types)) return [];
  return [...readFileSync(types, 'utf8').matchAll(NOTE)].flatMap(
    ([, deprecated = '', other, otherVersion, as, kind = '']) => {
      if (kind.endsWith('List')) return [];
      const replacement =
        other === undefined ? {} : { replacement: `${groupOf(root, other, otherVersion ?? '')}/${as}` };
      return [[kind, { deprecated, ...replacement }]];
    },
  );
}

function groupOf(root: string, folder: string, version: string): string {
  const name = /GroupName\s*=\s*"([^"]*)"/.exec(readFileSync(join(root, folder, version, 'register.go'), 'utf8'))?.[1];
  return name === undefined || name === '' ? version : `${name}/${version}`;
}

const found = new Map<string, Lifecycle>();
for (const module of MODULES) {
  const root = folderOf(module);
  for (const group of folders(root)) {
    for (const version of folders(join(root, group))) {
      const file = join(root, group, version, 'zz_generated.prerelease-lifecycle.go');
      const register = join(root, group, version, 'register.go');
      if (!existsSync(file) || !existsSync(register)) continue;
      const name = /GroupName\s*=\s*"([^"]*)"/.exec(readFileSync(register, 'utf8'))?.[1] ?? '';
      const read = new Map<string, Lifecycle>();
      for (const [, kind = '', what = '', returned = ''] of readFileSync(file, 'utf8').matchAll(FUNCTION)) {
        if (kind.endsWith('List') || kind.endsWith('Options')) continue;
        const value = valueIn(what, returned);
        if (value === undefined) continue;
        const key = `${name === '' ? '' : `${name}/`}${version}/${kind}`;
        read.set(key, { ...read.get(key), [what.toLowerCase()]: value });
      }
      for (const [kind, note] of notesIn(root, group, version)) {
        const key = `${name === '' ? '' : `${name}/`}${version}/${kind}`;
        read.set(key, { ...read.get(key), ...note });
      }
      for (const [key, value] of read) found.set(key, value);
    }
  }
}

// Only what is, or will be, gone is worth telling.
const told = [...found].filter(([, { deprecated, removed }]) => deprecated !== undefined || removed !== undefined);
const sorted = Object.fromEntries(told.sort(([a], [b]) => (a < b ? -1 : 1)));
const target = new URL('../src/assumptions/lifecycle.json', import.meta.url);
const note = `k8s.io/api ${MODULES.join(', ')}`;
writeFileSync(target, `${JSON.stringify({ from: note, apis: sorted }, null, 1)}\n`);
console.log(`${told.length} APIs, from ${note}`);
