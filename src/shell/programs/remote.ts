import { optionsEnd, readFlags, textOf, valuesOf } from '../flags.ts';
import type { Io, Scope } from '../scope.ts';
import { fileText } from '../scope.ts';
import { isKnown, words } from '../text.ts';
import { type Runs, runsArgv, runsText } from './runs.ts';

const SSH_TAKES = words('-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w');

/** `ssh host TEXT`; without a text, the other side's shell reads the input. */
export function ssh(args: readonly string[], io: Io): readonly Runs[] {
  const end = optionsEnd(args, SSH_TAKES);
  const proxy = valuesOf(readFlags(args.slice(0, end), SSH_TAKES).flags, '-o').flatMap((option) => {
    const text = /^(?:ProxyCommand|LocalCommand)[= ](.*)$/.exec(option ?? '')?.[1];
    return text === undefined || text === 'none' ? [] : [runsText(text)];
  });
  const [, ...after] = args.slice(end);
  // OpenSSH reads options after the host, too.
  const rest = after.slice(optionsEnd(after, SSH_TAKES));
  return [...proxy, ...onOtherSide(rest, io)];
}

function onOtherSide(rest: readonly string[], io: Io): readonly Runs[] {
  if (rest.length > 0) {
    const given = runsText(rest.join(' '));
    return [given.kind === 'text' ? { ...given, io } : given];
  }
  if (!io.piped) return [];
  const runs = io.stdin === undefined ? undefined : runsText(io.stdin);
  return runs?.kind === 'text'
    ? [runs]
    : [{ kind: 'opaque', because: "the text that the other side's shell is fed isn't known before it runs" }];
}

/** What comes with the option through which a remote shell, or a machine, is given a command line. */
export const COMMAND_OPTIONS: readonly string[] = [
  '--command',
  '--commands',
  '-c',
  '-C',
  '--cmd',
  '--exec',
  '-e',
  '--run',
  '--script',
  '--scripts',
  '--parameters',
  '-x',
];

/** `gcloud compute ssh H --command TEXT`, `az aks command invoke --command TEXT`, `aws ssm send-command --parameters …`. */
export function cloud(args: readonly string[], io: Io): readonly Runs[] {
  const {
    flags,
    words: named,
    rest,
  } = readFlags(args, new Set([...COMMAND_OPTIONS, '--zone', '--project', '-g', '-n', '--name']));
  const texts = valuesOf(flags, ...COMMAND_OPTIONS).filter((text) => text !== undefined && text !== '');
  const runs = texts.map((text): Runs => {
    const given = runsText(text ?? '');
    return given.kind === 'text' ? { kind: 'foreign', text: given.text } : given;
  });
  const isShell = named.some((word) => /^(ssh|exec|shell|console|run|ssm|send-command)$/.test(word));
  if (rest !== undefined && isShell) runs.push({ kind: 'text', text: rest.join(' '), io });
  if (runs.length === 0 && isShell && named.includes('ssh')) runs.push(...onOtherSide([], io));
  return runs;
}

/** `crontab FILE`, `… | crontab -`: five fields (or @daily) and a command line each. */
export function crontab(args: readonly string[], io: Io, scope: Scope): Runs | undefined {
  const { flags, words: named } = readFlags(args, words('-u -T'));
  if (flags.has('-l') || flags.has('-r') || flags.has('-T')) return undefined;
  const [file] = named;
  const text = file === undefined || file === '-' ? io.stdin : fileText(file, scope);
  if (file === undefined && !io.piped) return undefined;
  if (!isKnown(text)) return { kind: 'opaque', because: "what crontab is given can't be read" };
  const lines = text.split('\n').map((line) => line.replace(/^\s*(@\w+|(\S+\s+){5})/, ''));
  return { kind: 'text', text: lines.join('\n') };
}

/** at and batch read shell text from their input, or from -f. */
export function at(args: readonly string[], io: Io, scope: Scope): Runs | undefined {
  const file = textOf(readFlags(args, words('-f -q -t')).flags, '-f');
  const text = file === undefined ? io.stdin : fileText(file, scope);
  if (file === undefined && !io.piped) return undefined;
  return isKnown(text) ? { kind: 'text', text } : { kind: 'opaque', because: "what is to run later can't be read" };
}

/** ansible's ad-hoc modules, salt: the argument is a command line. */
export function ansible(args: readonly string[]): Runs | undefined {
  const { flags } = readFlags(args, words('-a --args -m --module-name -i --inventory -u -e --extra-vars -l -f'));
  const text = textOf(flags, '-a', '--args');
  return text === undefined ? undefined : { kind: 'foreign', text };
}

/** Programs that take a machine's name and then a command line. */
export const MACHINES: ReadonlyMap<string, number> = new Map([
  ['limactl shell', 1],
  ['multipass exec', 1],
  ['lxc exec', 1],
  ['incus exec', 1],
  ['vagrant ssh', 0],
  ['minikube ssh', 0],
  ['colima ssh', 0],
  ['tsh ssh', 1],
  ['docker-machine ssh', 1],
  ['machinectl shell', 1],
  ['distrobox enter', 1],
  ['toolbox run', 0],
  ['crc ssh', 0],
]);

export function machine(program: string, args: readonly string[], io: Io): readonly Runs[] | undefined {
  const [verb = '', ...rest] = args;
  const skip = MACHINES.get(`${program} ${verb}`);
  if (skip === undefined) return undefined;
  const takes = words('-c --command -n --name -p -i --mode --cwd --node');
  const { flags } = readFlags(rest, takes);
  const text = textOf(flags, '-c', '--command');
  if (text !== undefined) return [runsText(text)];
  const after = rest.slice(optionsEnd(rest, takes) + skip);
  const inner = after[0] === '--' ? after.slice(1) : after;
  if (inner.length === 1 && /\s/.test(inner[0] ?? '')) return [runsText(inner[0] ?? '')];
  const runs = runsArgv(inner, io);
  return runs === undefined ? onOtherSide([], io) : [runs];
}
