// Every command in a `sh` block of the pages is run here, or is listed with the reason in test/support/documents.ts.

import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { inConversation, playConversation } from '../../scripts/play/conversation.ts';
import { approver } from '../../src/demo/approver.ts';
import { down, type Sandbox, up } from '../../src/sandbox/sandbox.ts';
import { commandsOf, documents, excuse, root, textOf, type Wanted } from '../support/documents.ts';

/** The tutorial ends by taking the sandbox down, so it comes last. */
const pages = [...documents].sort((a, b) => Number(a.endsWith('tutorial.md')) - Number(b.endsWith('tutorial.md')));
const all = pages.map((path) => ({ path, commands: commandsOf(textOf(path)) }));

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
  test('there are some', () => {
    expect(all.flatMap((one) => one.commands).length).toBeGreaterThan(20);
  });

  const runnable = all
    .map(({ path, commands }) => ({ path, commands: commands.filter((one) => excuse(one.command) === undefined) }))
    .filter((one) => one.commands.length > 0);

  test.each(runnable)('$path', async ({ path, commands }) => {
    const cwd = join(folder, path.replaceAll('/', '-'));
    mkdirSync(cwd);
    // What a reader of a clone has beside the page.
    cpSync(join(root, 'examples'), join(cwd, 'examples'), { recursive: true });
    const ended = await runAll(commands, cwd);
    const story = (i: number) => ({ command: commands[i]?.command, code: ended[i]?.code, said: ended[i]?.said });
    for (const [i, { command, code }] of commands.entries())
      expect(story(i)).toEqual({ command, code, said: expect.any(String) });
  });
});

test('what the tutorial says `infragate check` answers is what it answers', async () => {
  const text = textOf('docs/tutorial.md');
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

test('the conversation of the tutorial goes through all five gates on the sandbox, as its transcript has it', async () => {
  sandbox = await up({});
  const workspace = join(folder, 'hello');
  mkdirSync(workspace);
  const told = textOf('examples/hello/transcript.md');
  const turns = z.array(inConversation).parse(parse(textOf('examples/hello/conversation.yaml')));
  const { outcome, markdown } = await playConversation(turns, {
    workspace,
    registry: sandbox.registry ?? '',
    server: {
      command: process.execPath,
      args: [join(root, 'src', 'cli.ts'), '--workspace', workspace],
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, KUBECONFIG: sandbox.kubeconfig },
      cwd: workspace,
    },
    show: () => undefined,
    approver,
  });
  expect(outcome.at(-1)).toBe('complete-deployment: ok');
  // What is said and asked is the same in each run; answers have times, digests and addresses of their own.
  const asked = (text: string) => text.replaceAll(/```text\n[\s\S]*?```/g, '');
  expect(asked(told)).toBe(asked(markdown));
}, 240_000);

test('the examples: what their first lines say does not hold is what does not hold on a fresh sandbox', async () => {
  sandbox = await up({});
  const files = readdirSync(join(root, 'examples', 'assumptions'));
  const file = z.object({ file: z.string() });
  const row = z.object({ name: z.string(), category: z.string(), status: z.string(), reason: z.string(), place: file });
  const manifests = 'namespace: default\nmanifests: examples/plans/manifests\n';
  writeFileSync(join(folder, 'plans.yaml'), manifests);
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
  const names = files.map((name) => `examples/assumptions/${name}`).join(' ');
  const [ran] = await runAll([{ command: `infragate check ${names} plans.yaml --json`, code: 1 }], folder);
  const { results } = z.object({ results: z.array(row) }).parse(JSON.parse(ran?.said.trim().split('\n').at(-1) ?? ''));
  expect(results.filter((one) => one.reason === 'NotRecognised')).toEqual([]);
  // Registries may be reached from here or not.
  const failing = (path: string) =>
    results
      .filter((one) => one.place.file.endsWith(path) && one.category !== 'images' && one.status === 'FAIL')
      .map((one) => one.name);
  for (const name of files) {
    const said = /^# On a fresh sandbox does not hold: (.*)\.$/m.exec(textOf(`examples/assumptions/${name}`))?.[1];
    expect(failing(`assumptions/${name}`), name).toEqual(said === 'nothing' ? [] : said?.split('; '));
  }
  // The plans' manifests are accepted by the API server (dry run).
  const dry = results.filter((one) => one.category === 'manifests');
  expect(dry.length).toBeGreaterThan(5);
  expect(dry.filter((one) => one.status !== 'PASS')).toEqual([]);
}, 120_000);

test('deploy/kubernetes is accepted by the API server, whole', async () => {
  sandbox = await up({});
  const path = join(root, 'deploy', 'kubernetes', 'infragate.yaml');
  const kinds = parseAllDocuments(readFileSync(path, 'utf8')).length;
  // The namespace is first, so that the dry run of what is in it has one.
  const commands = [`kubectl create namespace infragate`, `kubectl apply --dry-run=server -f '${path}'`];
  const [, applied] = await runAll(
    commands.map((command) => ({ command, code: 0 })),
    folder,
  );
  expect(applied).toMatchObject({ code: 0 });
  expect(applied?.said.match(/\(server dry run\)/g)).toHaveLength(kinds);
});
