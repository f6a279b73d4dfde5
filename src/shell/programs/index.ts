import type { Io, Scope } from '../scope.ts';
import { baseName, isKnown, words } from '../text.ts';
import { container } from './containers.ts';
import { FOREIGN, foreign, git, NODES, nodeScript } from './foreign.ts';
import { make } from './make.ts';
import { npx, packageManager } from './packages.ts';
import { powershellProgram } from './powershell.ts';
import { ansible, at, cloud, crontab, machine, ssh } from './remote.ts';
import type { Runner, Runs } from './runs.ts';
import { runsArgv, runsText } from './runs.ts';
import { evaluated, executed, SHELLS, shell, sourced } from './shells.ts';
import { taskRunner } from './tasks.ts';
import { found, locked, parallel, scripted, su, WRAPPERS, watch, wrapped, xargs } from './wrappers.ts';

export type { Runs } from './runs.ts';

/** Programs whose arguments are only words to them. */
export const TAKES_WORDS = words(
  'echo printf grep egrep fgrep zgrep rg ag ack git gh glab hub tea man info apropos tldr which type whereis cat less more head tail ls tree ' +
    'exa eza bat jq yq sed cut sort uniq wc diff cmp test [ [[ true false : cp mv rm mkdir touch chmod chown ln basename dirname date sleep ' +
    'read tee tr curl wget apt apt-get aptitude apk pacman brew dnf yum zypper snap flatpak choco winget scoop pip pip3 pipx uv poetry conda ' +
    'go cargo rustup code cursor open xdg-open file stat du df hash help history jobs kill pkill pgrep ps return exit asdf sdk krew helm-docs ' +
    'install column comm paste nl rev tac fold fmt od xxd sha256sum md5sum tar zip unzip gzip gunzip zcat cosign trivy grype syft dive hadolint ' +
    'shellcheck shfmt kubeval kubeconform kube-linter kube-score conftest opa pluto polaris checkov terraform-docs pre-commit notify-send logger ' +
    'write wall mail alias unalias declare local export readonly typeset set unset shopt complete compgen ulimit umask',
);

const RUNNERS: ReadonlyMap<string, Runner> = new Map<string, Runner>([
  ['env', (args) => split(args) ?? wrapped(WRAPPERS.get('env') ?? {}, args)],
  ['command', (args) => (/^-[vV]$/.test(args[0] ?? '') ? undefined : wrapped({}, args))],
  ['busybox', (args) => runsArgv(args)],
  ['toybox', (args) => runsArgv(args)],
  ['.', (args, _io, scope) => sourced(args, scope)],
  ['source', (args, _io, scope) => sourced(args, scope)],
  ['eval', (args) => evaluated(args)],
  ['npx', (args) => npx(args)],
  ['bunx', (args) => npx(args)],
  ['pnpx', (args) => npx(args)],
  ['uvx', (args) => npx(args)],
  ['npm', packageManager],
  ['pnpm', packageManager],
  ['yarn', packageManager],
  ['corepack', (args) => runsArgv(args)],
  ['make', make],
  ['gmake', make],
  ['just', taskRunner],
  ['task', taskRunner],
  ['go-task', taskRunner],
  ['find', (args) => found(args)],
  ['fd', (args) => fd(args)],
  ['xargs', (args, io) => xargs(args, io)],
  ['parallel', (args, io) => parallel(args, io)],
  ['su', (args) => su(args)],
  ['runuser', (args) => su(args)],
  ['script', (args) => scripted(args)],
  ['watch', (args) => watch(args)],
  ['flock', (args) => locked(args)],
  [
    'entr',
    (args, io) =>
      runsArgv(
        args.filter((arg) => !/^-[a-z]+$/.test(arg)),
        io,
      ),
  ],
  ['ssh', (args, io) => ssh(args, io)],
  ['autossh', (args, io) => ssh(args, io)],
  ['mosh', (args, io) => ssh(args, io)],
  ['sshpass', (args, io) => runsArgv(args.slice(args.findIndex((arg) => /(^|\/)(ssh|scp|rsync)$/.test(arg))), io)],
  ['gcloud', (args, io) => cloud(args, io)],
  ['az', (args, io) => cloud(args, io)],
  ['aws', (args, io) => cloud(args, io)],
  ['oci', (args, io) => cloud(args, io)],
  ['ibmcloud', (args, io) => cloud(args, io)],
  ['doctl', (args, io) => cloud(args, io)],
  ['fly', (args, io) => cloud(args, io)],
  ['flyctl', (args, io) => cloud(args, io)],
  ['heroku', (args, io) => cloud(args, io)],
  ['crontab', (args, io, scope) => crontab(args, io, scope)],
  ['at', (args, io, scope) => at(args, io, scope)],
  ['batch', (args, io, scope) => at(args, io, scope)],
  ['ansible', (args) => ansible(args)],
  ['salt', (args) => ({ kind: 'foreign', text: args.join(' ') })],
  ['pdsh', (args) => ({ kind: 'foreign', text: args.join(' ') })],
  ['pssh', (args) => ({ kind: 'foreign', text: args.join(' ') })],
  ['docker', container],
  ['podman', container],
  ['nerdctl', container],
  ['docker-compose', container],
  ['podman-compose', container],
  ['git', (args, io) => git(args, io)],
  ['wsl', (args) => runsArgv(args[0] === '-e' || args[0] === '--' || args[0] === '--exec' ? args.slice(1) : args)],
  ['pwsh', powershellProgram],
  ['powershell', powershellProgram],
]);

const FEEDS_ITS_COMMAND =
  /^(sudo|doas|env|nohup|setsid|command|exec|nice|ionice|timeout|gtimeout|stdbuf|time|chroot|unbuffer)$/;

/** What a command runs in its turn; an empty list where it runs nothing. */
export function runsOf(argv: readonly string[], io: Io, scope: Scope): readonly Runs[] {
  const [name = '', ...args] = argv;
  const program = baseName(name);
  const runner = RUNNERS.get(program);
  const found = runner === undefined ? byKind(program, name, args, io, scope) : runner(args, io, scope, program);
  if (found === undefined) return [];
  return 'kind' in found ? [found] : found;
}

function byKind(program: string, name: string, args: readonly string[], io: Io, scope: Scope): ReturnType<Runner> {
  if (SHELLS.has(program)) return shell(args, io, scope);
  const inMachine = machine(program, args, io);
  if (inMachine !== undefined) return inMachine;
  if (NODES.has(program)) return nodeScript(program, args, io, scope);
  if (FOREIGN.test(program)) return foreign(program, args, io, scope);
  const wrapper = WRAPPERS.get(program);
  if (wrapper !== undefined) {
    if (program === 'sudo' && args.some((arg) => /^-\w*[is]$/.test(arg)) && args.length === 1)
      return shell([], io, scope);
    const runs = wrapped(wrapper, args);
    return runs?.kind === 'argv' && FEEDS_ITS_COMMAND.test(program) ? { ...runs, io } : runs;
  }
  return name.includes('/') && isKnown(name) ? executed(name, args, scope) : undefined;
}

function split(args: readonly string[]): Runs | undefined {
  const at = args.findIndex((arg) => /^(-S|--split-string)/.test(arg));
  if (at === -1) return undefined;
  const attached = (args[at] ?? '').replace(/^(-S|--split-string=?)/, '');
  return runsText([attached, ...args.slice(at + 1)].join(' '));
}

function fd(args: readonly string[]): Runs | undefined {
  const at = args.findIndex((arg) => /^(-x|-X|--exec|--exec-batch)$/.test(arg));
  return at === -1 ? undefined : runsArgv(args.slice(at + 1));
}
