// Every command in a `sh` block of README.md and docs/ is run here, or is excused here with the reason.

import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { down, type Sandbox, up } from '../../src/sandbox/sandbox.ts';

const root = join(import.meta.dirname, '..', '..');

/** What can't be run here: how the command begins, and why. */
const EXCUSED: readonly (readonly [string, string])[] = [
  ['npm run demo', 'takes over a minute: run by its own check'],
  ['npm run --silent infragate -- operator init', 'asks on a terminal: test/protocol/operator.test.ts'],
  ['infragate operator init', 'asks on a terminal: test/protocol/operator.test.ts'],
  ['infragate approve', 'asks on a terminal: test/protocol/decision.test.ts'],
  ['claude ', 'needs Claude Code: test/clients/claude-code.test.ts'],
  ['npx @modelcontextprotocol/inspector', 'stays open in a browser: test/clients/inspector.test.ts'],
  ['node scripts/dev.mjs scripts/pack-mcpb.ts', 'installs the bundle format’s tool and all dependencies anew'],
  ['npm pack', 'packed and tried by test/clients/package.test.ts'],
  ['npm run pack:sandbox', 'packed and tried by test/clients/package.test.ts'],
];
const excuse = (command: string) => EXCUSED.find(([start]) => command.startsWith(start));

/** The tutorial ends by taking the sandbox down, so it comes last. */
const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file))
    .sort(),
].sort((a, b) => Number(a.endsWith('tutorial.md')) - Number(b.endsWith('tutorial.md')));

type Wanted = { readonly command: string; readonly code: number };

/** A command is a line, or lines joined by `\` or a here-document. `# exit code N` behind it says how it ends. */
function commandsOf(text: string): Wanted[] {
  return [...text.matchAll(/^( *)```sh\n([\s\S]*?)^ *```$/gm)].flatMap(([, indent = '', block = '']) => {
    const commands: string[] = [];
    let open: string | undefined;
    let end: string | undefined;
    for (const line of block.split('\n').map((one) => one.slice(indent.length))) {
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

const all = documents.map((path) => ({ path, commands: commandsOf(readFileSync(join(root, path), 'utf8')) }));

const folder = mkdtempSync(join(tmpdir(), 'infragate-docs-'));
const [home, bin, person] = [join(folder, 'home'), join(folder, 'bin'), join(folder, 'person')];
let sandbox: Sandbox;

beforeAll(async () => {
  process.env.INFRAGATE_HOME = home;
  for (const one of [bin, person]) mkdirSync(one);
  sandbox = await up({ crds: ['openshift', 'olm'] });
  program('infragate', `exec '${process.execPath}' '${join(root, 'src', 'cli.ts')}' "$@"`);
  program('kubectl', `exec '${sandbox.bin}' kubectl "$@"`);
}, 120_000);

afterAll(async () => {
  await down({ name: 'default' });
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

function program(name: string, line: string) {
  writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`);
  chmodSync(join(bin, name), 0o755);
}

/** All of a document's commands in one shell, as a reader types them; answers each one's exit code and output. */
function runAll(commands: readonly Wanted[], cwd: string): Promise<{ code: number; said: string }[]> {
  const mark = '@@docs@@';
  const script = commands.map(({ command }) => `${command}\nprintf '\\n${mark}%d\\n' $?\n`).join('');
  return new Promise((done, failed) => {
    const { PATH, ...rest } = process.env;
    const env = { ...rest, PATH: `${bin}:${PATH}`, HOME: person, INIT_CWD: cwd, KUBECONFIG: sandbox.kubeconfig };
    const shell = spawn('bash', ['-c', `exec 2>&1\n${script}`], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    shell.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
    shell.on('error', failed);
    shell.on('close', () => {
      const parts = [...said.matchAll(new RegExp(`([\\s\\S]*?)\\n${mark}(\\d+)\\n`, 'g'))];
      done(parts.map(([, text = '', code]) => ({ code: Number(code), said: text })));
    });
  });
}

describe('the commands in the documents', () => {
  test('there are some, and no excuse is left over', () => {
    const commands = all.flatMap((one) => one.commands.map(({ command }) => command));
    expect(commands.length).toBeGreaterThan(20);
    expect(EXCUSED.filter(([start]) => !commands.some((one) => excuse(one)?.[0] === start))).toEqual([]);
  });

  const runnable = all
    .map(({ path, commands }) => ({ path, commands: commands.filter((one) => excuse(one.command) === undefined) }))
    .filter((one) => one.commands.length > 0);

  test.each(runnable)('$path', async ({ path, commands }) => {
    const cwd = join(folder, path.replaceAll('/', '-'));
    mkdirSync(cwd);
    const ended = await runAll(commands, cwd);
    const story = (i: number) => ({ command: commands[i]?.command, code: ended[i]?.code, said: ended[i]?.said });
    for (const [i, { command, code }] of commands.entries())
      expect(story(i)).toEqual({ command, code, said: expect.any(String) });
  });
});

test('what the tutorial says `infragate check` answers is what it answers', async () => {
  const text = readFileSync(join(root, 'docs', 'tutorial.md'), 'utf8');
  const shown = /```text\n(Namespace[\s\S]*?)```/.exec(text)?.[1] ?? 'nothing shown';
  sandbox = await up({});
  const cwd = join(folder, 'shown');
  mkdirSync(cwd);
  const file = commandsOf(text).filter(({ command }) => command.includes('assumptions.yaml'));
  // UIDs and seconds are each run's own.
  const steady = (said = '') =>
    said
      .trim()
      .replace(/UID \S+/, 'UID …')
      .replace(/\(\d+\.\d s\)/, '(… s)');
  expect(steady((await runAll(file, cwd)).at(-1)?.said)).toBe(steady(shown));
});
