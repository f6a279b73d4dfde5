import { spawnSync } from 'node:child_process';
import { Argument, Command } from 'commander';
import { beforeEach, expect, test, vi } from 'vitest';
import { completionCommand } from '../../src/cli/completion.ts';

const said: string[] = [];
beforeEach(() => {
  said.length = 0;
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => said.push(String(line)) > 0);
});

const sandbox = () => {
  const command = new Command('sandbox').description("a cluster that's real");
  command.command('up').option('--nodes <kind>', 'which').option('--json', 'as JSON');
  command.command('down');
  return command;
};
const shells = () => new Command('completion').addArgument(new Argument('<shell>').choices(['bash', 'zsh']));

async function script(shell: string): Promise<string> {
  const commands = [
    { name: 'sandbox', about: "a cluster that's real", load: async () => sandbox() },
    { name: 'completion', about: 'scripts', load: async () => shells() },
  ];
  await completionCommand(() => commands).parseAsync([shell], { from: 'user' });
  return said.join('\n');
}

const hasBash = spawnSync('bash', ['-c', '((BASH_VERSINFO[0] >= 4))']).status === 0;

test.skipIf(!hasBash).each([
  [
    ['infragate', ''],
    ['sandbox', 'completion'],
  ],
  [['infragate', 'sa'], ['sandbox']],
  [
    ['infragate', 'sandbox', ''],
    ['up', 'down', '--help'],
  ],
  [
    ['infragate', 'sandbox', 'up', '--'],
    ['--nodes', '--json', '--help'],
  ],
  [
    ['infragate', 'completion', ''],
    ['bash', 'zsh', '--help'],
  ],
])('bash completes %j', async (typed, offered) => {
  const array = typed.map((one) => `'${one}'`).join(' ');
  const text = `${await script('bash')}\nCOMP_WORDS=(${array}); COMP_CWORD=${typed.length - 1}; _infragate; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', text], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toEqual(offered);
});

test('zsh and fish get every word with what it is for', async () => {
  const zsh = await script('zsh');
  expect(zsh).toContain(`'sandbox:a cluster that'\\''s real'`);
  said.length = 0;
  const fish = await script('fish');
  expect(fish).toContain("complete -c infragate -n '__fish_use_subcommand' -a sandbox -d 'a cluster that'\\''s real'");
  expect(fish).toContain('-l nodes');
});
