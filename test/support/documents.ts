import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The pages a reader meets, and the commands in them. */
export const root = join(import.meta.dirname, '..', '..');

/** What can't be run by test/cluster/docs.test.ts: how the command begins, and why. */
export const EXCUSED: readonly (readonly [string, string])[] = [
  ['npm run demo', 'takes over a minute: test/cluster/demo.test.ts, test/node/demo.test.ts'],
  ['npm --prefix /path/to/infragate run play', 'waits for a person; its calls are made by test/cluster/docs.test.ts'],
  ['npm test', 'runs the tests that read this list'],
  ['npm run build', 'each command of a clone builds first when that is needed'],
  ['npm run check', 'runs before the tests, in .ci/run'],
  ['npm run record-demo', 'runs the demo: test/cluster/demo.test.ts'],
  ['npm run release', 'packs and installs everything: run by .github/workflows/ci.yml'],
  ['npm run docs', 'writes into the clone; npm run check tries it without writing'],
  ['npm run bench', 'takes minutes; measures, judges nothing'],
  ['infragate approver init', 'asks on a terminal: test/protocol/operator.test.ts'],
  ['infragate approver ', 'waits for a passkey: test/browser/decide.test.ts'],
  ['infragate approve', 'asks on a terminal: test/protocol/decision.test.ts'],
  ['infragate console', 'serves until it is stopped: test/browser'],
  ['infragate export --decisions', 'needs a deployment with decisions: test/browser/decide.test.ts'],
  ['infragate verify --decisions', 'needs a record with decisions: test/browser/decide.test.ts'],
  ['infragate sandbox helm', 'builds for minutes; test/cluster/helm.test.ts uses what it made'],
  ['npm install', 'comes from the npm registry; test/clients/package.test.ts installs the packed tarballs'],
  ['npm uninstall', 'takes away what npm install brought'],
  ['claude ', 'needs Claude Code: test/clients/claude-code.test.ts'],
  ['npx @modelcontextprotocol/inspector', 'stays open in a browser: test/clients/inspector.test.ts'],
  ['node scripts/dev.mjs scripts/pack-mcpb.ts', 'installs the bundle format’s tool and all dependencies anew'],
  ['npm pack', 'packed and tried by test/clients/package.test.ts'],
  ['npm run pack:sandbox', 'packed and tried by test/clients/package.test.ts'],
  ['kubectl apply -f deploy/', 'the manifest is dry-run by test/cluster/docs.test.ts; its image is not in the sandbox'],
  ['kubectl -n infragate', 'needs the image of deploy/kubernetes/infragate.yaml in a cluster'],
  ['infragate serve --listen', 'needs an identity provider: test/protocol/shared.test.ts'],
  ['createdb ', 'needs PostgreSQL, which the tier of PostgreSQL starts for itself'],
  ['psql ', 'needs PostgreSQL, which the tier of PostgreSQL starts for itself'],
  ['infragate ledger ', 'needs PostgreSQL: the tests of the tier of PostgreSQL migrate and copy'],
  ['export INFRAGATE_LEDGER', 'leads every later command of the page to a database that is not there'],
  ['rm -rf "$HOME', 'deletes the reader’s own data'],
];
export const excuse = (command: string) => EXCUSED.find(([start]) => command.startsWith(start));

/** README and its neighbours, and all of docs/, examples/ and the plugin's page. */
export const documents: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'AGENTS.md',
  'plugin/README.md',
  ...['docs', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => join(folder, file))
      .sort(),
  ),
];

export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

export type Wanted = { readonly command: string; readonly code: number };

/** A command is a line, or lines joined by `\` or a here-document. `# exit code N` behind it says how it ends. */
export function commandsOf(text: string): Wanted[] {
  return fencesOf(text)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ lines }) => {
      const commands: string[] = [];
      let open: string | undefined;
      let end: string | undefined;
      for (const line of lines) {
        if (open === undefined && (line.trim() === '' || line.startsWith('#'))) continue;
        open = open === undefined ? line : `${open}\n${line}`;
        end ??= /<<-?\s*'?(\w+)'?/.exec(line)?.[1];
        if (end === undefined ? line.endsWith('\\') : line !== end) continue;
        commands.push(open);
        open = end = undefined;
      }
      if (open !== undefined) throw new Error(`a command without an end: ${open}`);
      return commands.map((command) => ({ command, code: Number(/# exit code (\d)/.exec(command)?.[1] ?? 0) }));
    });
}

export type Fence = { readonly language: string; readonly lines: readonly string[] };

/** The fenced blocks of a Markdown text, in lists too; four or more fence marks are taken as three. */
export function fencesOf(text: string): Fence[] {
  const fences: Fence[] = [];
  let open: { language: string; indent: number; lines: string[] } | undefined;
  for (const line of text.split('\n')) {
    const [, blanks = '', language] = /^( *)```+(.*)$/.exec(line) ?? [];
    if (language === undefined) open?.lines.push(line.slice(open.indent));
    else if (open === undefined) open = { language: language.trim(), indent: blanks.length, lines: [] };
    else {
      fences.push(open);
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`a block without an end: ${open.lines[0]}`);
  return fences;
}

/** What stands in `code` between the blocks. */
export function inlineOf(text: string): string[] {
  const outside = text.replace(/^ *```[\s\S]*?^ *```+$/gm, '');
  return [...outside.matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)].map(([, code = '']) => code);
}
