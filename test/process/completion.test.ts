import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { placesOfAll } from '../../src/cli/completion/places.ts';
import { KINDS } from '../../src/cli/completion/values.ts';
import { ledgerAt } from '../../src/state/ledger.fixture.ts';

/** The scripts in the shells themselves: what a person gets who presses the tab key after a line. */
const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'infragate-completion-'));
const HOSTILE = '$(touch hurt)';
const EKS = 'arn:aws:eks:eu-west-1:1:cluster/shop';
const env: NodeJS.ProcessEnv = {
  ...process.env,
  HOME: folder,
  PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}`,
  INFRAGATE_HOME: join(folder, 'data'),
  KUBECONFIG: join(folder, 'kubeconfig'),
};
delete env.INFRAGATE_KUBECONFIG;
delete env.INFRAGATE_LEDGER;

const infragate = (args: string[], over: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, [join(root, 'src', 'cli.ts'), ...args], { env: { ...env, ...over }, encoding: 'utf8' });

/** In the shells `infragate` repeats what the real one said, once for each kind and each shell: a start of Node for every key would take minutes. */
beforeAll(async () => {
  const contexts = ['prod', EKS, HOSTILE, 'two words'].map((name) => ({ name, context: { cluster: 'c', user: 'u' } }));
  const cluster = { name: 'c', cluster: { server: 'https://127.0.0.1:1' } };
  writeFileSync(join(folder, 'kubeconfig'), JSON.stringify({ clusters: [cluster], users: [], contexts }));
  writeFileSync(join(folder, 'assumptions.yaml'), '');
  const ledger = await ledgerAt(join(folder, 'data'));
  for (const id of ['web-1', 'web-2', 'db-1']) {
    const fact = { type: 'abandoned', because: 'x' } as const;
    await ledger.append(id, 0, [{ at: '2026-03-01T10:00:00.000Z', by: { kind: 'server' }, fact }]);
  }
  ledger.close();
  mkdirSync(join(folder, 'said'));
  for (const kind of KINDS) {
    const { status, stdout } = infragate(['completion', '--values', kind]);
    expect(status).toBe(0);
    writeFileSync(join(folder, 'said', `--values ${kind}`), stdout);
  }
  for (const { is, here } of SHELLS)
    if (here) writeFileSync(join(folder, 'said', is), infragate(['completion', is]).stdout);
  mkdirSync(join(folder, 'bin'));
  const program = join(folder, 'bin', 'infragate');
  writeFileSync(program, `#!/bin/sh\n[ "$1" = completion ] && shift && cat "${folder}/said/$*"\n`);
  chmodSync(program, 0o755);
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** All lines in one process of the shell, since that is what takes its time; each is answered with what is offered. */
type Shell = { readonly is: string; readonly here: boolean; ask(lines: readonly string[]): string[] };
const END = '--end--';
const single = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

const SHELLS: readonly Shell[] = [
  {
    is: 'bash',
    here: spawnSync('bash', ['-c', '((BASH_VERSINFO[0] >= 4))']).status === 0,
    ask: (lines) => [
      'bash',
      '--norc',
      '-c',
      [
        'source <(infragate completion bash)',
        ...lines.map(
          (line) =>
            `COMP_LINE=${single(line)}; COMP_POINT=\${#COMP_LINE}; _infragate; printf '%s\\n' "\${COMPREPLY[@]}" ${END}`,
        ),
      ].join('\n'),
    ],
  },
  {
    is: 'zsh',
    here: spawnSync('zsh', ['--version']).status === 0,
    // zsh's own functions print what they are given: outside of its line editor they can't be called.
    ask: (lines) => [
      'zsh',
      '-f',
      '-c',
      [
        `compdef() { }; compset() { }; _files() { print -l *; }; _describe() { print -rl -- "\${(@P)2}"; }`,
        'source <(infragate completion zsh)',
        ...lines.map(
          (line) =>
            `words=(${line.replaceAll(/\S+/g, single)}${/\s$/.test(line) ? " ''" : ''}); CURRENT=\${#words}; _infragate; print -- ${END}`,
        ),
      ].join('\n'),
    ],
  },
  {
    is: 'fish',
    here: spawnSync('fish', ['--version']).status === 0,
    ask: (lines) => [
      'fish',
      '--no-config',
      '-c',
      ['infragate completion fish | source', ...lines.map((line) => `complete -C ${single(line)}; echo ${END}`)].join(
        '\n',
      ),
    ],
  },
];

/** Without what each value is: after a tab in fish, after a colon in zsh, where the value's own are escaped. */
const bare = (shell: string, line: string): string => {
  if (shell === 'fish') return line.replace(/\t.*/, '');
  return shell === 'zsh' ? (/^((?:\\.|[^\\:])*)/.exec(line)?.[1] ?? '').replaceAll('\\:', ':') : line;
};

function offered({ is, ask }: Shell, lines: readonly string[]): string[][] {
  const [command = '', ...args] = ask(lines);
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env, cwd: folder });
  expect(stderr).toBe('');
  return stdout
    .split(`${END}\n`)
    .slice(0, -1)
    .map((part) =>
      part
        .split('\n')
        .filter((one) => one !== '')
        .map((one) => bare(is, one)),
    );
}

const TYPED: readonly (readonly [string, readonly string[]])[] = [
  ['infragate ', ['sandbox', 'check', 'status', 'install']],
  ['infragate sandbox ', ['up', 'down', 'status']],
  ['infragate sandbox up --', ['--name', '--nodes', '--json', '--help']],
  ['infragate sandbox up --nodes ', ['kwok', 'kubelet', 'none']],
  ['infragate completion ', ['bash', 'zsh', 'fish']],
  ['infragate status ', ['web-1', 'web-2', 'db-1']],
  ['infragate status --show ', ['status', 'plan', 'timeline']],
  ['infragate status --show plan ', ['web-1', 'db-1']],
  ['infragate show diff ', ['web-1', 'web-2', 'db-1']],
  ['infragate waive --check ', ['images-verified', 'rollback-tested']],
  ['infragate doctor --context ', ['prod']],
  ['infragate install --client ', ['cursor', 'claude-code', 'zed']],
  ['infragate check ', ['assumptions.yaml']],
  ['infragate check assumptions.yaml --format ', ['sarif', 'junit']],
];

describe.each(SHELLS.filter((one) => one.here))('$is', (shell) => {
  test('offers what fits', () => {
    const answers = offered(
      shell,
      TYPED.map(([line]) => line),
    );
    for (const [index, [line, expected]] of TYPED.entries())
      expect(answers[index], line).toEqual(expect.arrayContaining([...expected]));
  });

  test('offers nothing else', () => {
    const [parts, contexts, because] = offered(shell, [
      'infragate show ',
      'infragate doctor --context ',
      'infragate waive --because ',
    ]);
    expect(parts?.filter((one) => !one.startsWith('-')).sort()).toEqual(['diff', 'manifests', 'plan']);
    expect(contexts).not.toContain('web-1');
    expect(because).not.toContain('web-1');
  });

  test('does not evaluate the text of others, which can be used', () => {
    const [contexts] = offered(shell, ['infragate check assumptions.yaml --context ']);
    expect(contexts).toContain(shell.is === 'bash' ? '\\$\\(touch\\ hurt\\)' : HOSTILE);
    expect(contexts).toContain(shell.is === 'bash' ? 'two\\ words' : 'two words');
    expect(contexts).toContain(EKS);
    expect(existsSync(join(folder, 'hurt'))).toBe(false);
  });
});

test.skipIf(!SHELLS.some((one) => one.is === 'bash' && one.here))('bash ends words at : and =', () => {
  const [bash] = SHELLS;
  if (bash === undefined) throw new Error('no bash');
  const options = ['--context arn:aws:e', '--context=arn:aws:e', '--context=pr'].map(
    (one) => `infragate doctor ${one}`,
  );
  expect(offered(bash, [...options, 'infragate sandbox up --nodes=k'])).toEqual([
    ['eks:eu-west-1:1:cluster/shop'],
    ['eks:eu-west-1:1:cluster/shop'],
    ['prod'],
    ['kwok', 'kubelet'],
  ]);
});

test('nothing is made to look', () => {
  const nothing = join(folder, 'nothing');
  const { status, stdout } = infragate(['completion', '--values', 'deployments'], { INFRAGATE_HOME: nothing });
  expect({ status, stdout, made: existsSync(nothing) }).toEqual({ status: 0, stdout: '', made: false });
});

test('every argument that names a deployment, a context, a sandbox, a check or a file is completed', async () => {
  const places = await placesOfAll(Object.entries(COMMANDS).map(([name, command]) => ({ name, ...command })));
  const open = places.flatMap(({ path, options, arguments: all }) => [
    ...options.filter((one) => one.offer.from === 'anything').map((one) => `${path.join(' ')} ${one.spellings[0]}`),
    ...all.filter((one) => one.offer.from === 'anything').map((one) => `${path.join(' ')} ${one.about}`),
  ]);
  // What is left is a number, a sentence, a name or an address that only the person knows.
  for (const one of open)
    expect(one).not.toMatch(/context|deployment|--check$|--name$|--file|--output|folder\b|path\b|--format|--client/);
  expect(open.length).toBeGreaterThan(5);
}, 60_000);
