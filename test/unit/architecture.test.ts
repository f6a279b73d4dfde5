import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

/** Who may import whom. Everything may see workflow/, which sees nothing, and where the package's own files are. */
const ALLOWED: Record<string, readonly string[]> = {
  workflow: [],
  print: [],
  bounded: [],
  redaction: ['objects'],
  objects: [],
  criteria: ['objects'],
  plan: ['shell', 'objects', 'criteria'],
  enforcement: ['objects'],
  cluster: ['redaction', 'objects', 'enforcement'],
  images: [],
  shell: [],
  guard: ['shell', 'state', 'print'],
  commands: ['redaction', 'shell', 'sandbox'],
  approvers: [],
  state: ['approvers'],
  documents: ['bounded', 'objects', 'criteria'],
  apply: ['bounded', 'cluster', 'objects', 'criteria'],
  assumptions: ['cluster', 'images', 'commands', 'objects', 'criteria', 'documents'],
  report: ['objects', 'plan'],
  review: ['bounded', 'objects', 'plan'],
  engine: ['approvers', 'bounded', 'commands', 'state', 'cluster', 'apply', 'report', 'review', 'print'],
  bullets: ['apply', 'cluster', 'criteria', 'engine', 'images', 'objects', 'redaction'],
  phases: [
    'apply',
    'assumptions',
    'bounded',
    'bullets',
    'cluster',
    'commands',
    'criteria',
    'documents',
    'engine',
    'images',
    'shell',
    'objects',
    'plan',
    'redaction',
    'review',
  ],
  rehearsal: ['apply', 'cluster', 'commands', 'engine', 'objects', 'phases', 'plan', 'shell'],
  tools: [
    'bounded',
    'bullets',
    'phases',
    'rehearsal',
    'redaction',
    'shell',
    'engine',
    'report',
    'review',
    'assumptions',
    'apply',
    'plan',
    'documents',
    'cluster',
    'images',
    'commands',
    'state',
    'objects',
    'criteria',
  ],
  prompts: [],
  mcp: ['console', 'tools', 'prompts', 'engine', 'report', 'state', 'print'],
  sandbox: [],
  console: ['approvers', 'engine', 'plan', 'print', 'report', 'review', 'state'],
  cli: [
    'approvers',
    'console',
    'guard',
    'objects',
    'print',
    'mcp',
    'tools',
    'prompts',
    'engine',
    'report',
    'review',
    'state',
    'sandbox',
    'assumptions',
    'documents',
    'cluster',
    'images',
    'commands',
    'demo',
    'enforcement',
  ],
  demo: ['sandbox', 'cluster', 'commands', 'print', 'approvers', 'console', 'engine', 'tools'],
};

/** A package that only these folders may import. */
const VENDORS: Record<string, readonly string[]> = {
  '@modelcontextprotocol/server': ['mcp'],
  '@kubernetes/client-node': ['cluster'],
  execa: ['commands'],
  canonicalize: ['workflow'],
  'better-sqlite3': ['state/sqlite'],
  pg: ['state/postgres'],
  'pg-connection-string': ['state/postgres'],
  hono: ['console'],
  '@hono/node-server': ['console'],
  '@simplewebauthn/server': ['approvers'],
};

const root = join(import.meta.dirname, '..', '..', 'src');

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'fixtures' ? [] : sources(path);
    return /\.ts$/.test(entry.name) && !/\.test\.ts$/.test(entry.name) ? [path] : [];
  });
}

const imports = (text: string): string[] =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');

const files = sources(root).map((path) => ({
  path: relative(root, path),
  folder: relative(root, path).split('/')[0] ?? '',
  imports: imports(readFileSync(path, 'utf8')).map((target) =>
    target.startsWith('.') ? `src:${relative(root, join(path, '..', target))}` : target,
  ),
}));

test('imports follow the arrows of the design', () => {
  const wrong = files.flatMap((file) =>
    file.imports.flatMap((target) => {
      if (!target.startsWith('src:') || file.path === 'cli.ts') return [];
      const to = target.slice(4).split('/')[0] ?? '';
      const fine =
        to === file.folder || ['workflow', 'package.ts'].includes(to) || (ALLOWED[file.folder] ?? []).includes(to);
      return fine ? [] : [`${file.path} → ${target.slice(4)}`];
    }),
  );
  expect(wrong).toEqual([]);
});

test('every folder of src has its row in the table', () => {
  const folders = [...new Set(files.map((f) => f.folder))].filter((f) => !f.endsWith('.ts'));
  expect(folders.filter((f) => !(f in ALLOWED))).toEqual([]);
});

test('a vendor package is known to one folder only', () => {
  const wrong = files.flatMap((file) =>
    file.imports.flatMap((target) => {
      const vendor = Object.keys(VENDORS).find((name) => target === name || target.startsWith(`${name}/`));
      if (vendor === undefined) return [];
      return (VENDORS[vendor] ?? []).some((folder) => file.path.startsWith(`${folder}/`))
        ? []
        : [`${file.path} imports ${target}`];
    }),
  );
  expect(wrong).toEqual([]);
});

test('no import cycle between folders', () => {
  const edges = new Map<string, Set<string>>();
  for (const file of files) {
    for (const target of file.imports) {
      const to = target.startsWith('src:') ? (target.slice(4).split('/')[0] ?? '') : '';
      if (to === '' || to === file.folder || file.path === 'cli.ts') continue;
      edges.set(file.folder, (edges.get(file.folder) ?? new Set()).add(to));
    }
  }
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    [...(edges.get(from) ?? [])].some((next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))));
  expect([...edges.keys()].filter((folder) => reaches(folder, folder))).toEqual([]);
});

/** Raw text must not reach a terminal: src/print makes it visible; the demo's own printing does, too. */
const PRINTS = ['print/index.ts', 'demo/print.ts'];

test('nothing writes to stdout or stderr but src/print, which makes what it prints visible', () => {
  const wrong = files.filter(
    ({ path }) => !PRINTS.includes(path) && WRITES.test(readFileSync(join(root, path), 'utf8')),
  );
  expect(wrong.map((f) => f.path)).toEqual([]);
});

const WRITES = /\bconsole\s*\.\s*(log|error|warn|info|debug)\b|\bprocess\s*\.\s*std(out|err)\s*\.\s*write\b/;

/** What leaves by the MCP channel: every text of an answer, a form, a document or a progress line is `Visible`. */
test('the MCP channel sends no text but visible text', () => {
  const wrong = files.flatMap(({ path }) =>
    path.startsWith('mcp/')
      ? [...readFileSync(join(root, path), 'utf8').matchAll(RAW)].map((m) => `${path}: ${m[0]}`)
      : [],
  );
  expect(wrong).toEqual([]);
});

const RAW =
  /(?:type: 'text',|mimeType: [\w.]+,|progress,|elicit\(\{)\s*(?:text|message): (?!visible|shown\(|\[\s*visible)[^\n]{0,60}/g;
