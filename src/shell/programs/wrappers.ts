import { optionsEnd, readFlags, textOf } from '../flags.ts';
import type { Io } from '../scope.ts';
import { isKnown, UNKNOWN, type Words, words } from '../text.ts';
import { type Runs, runsArgv, runsText } from './runs.ts';

/**
 * Programs that run the rest of their arguments: options of theirs that take a value, how many further words are theirs,
 * whether `NAME=value` may come first, or the word after which the other command line stands.
 */
export type Wrapper = {
  readonly takes?: Words;
  readonly words?: number;
  readonly assigns?: true;
  readonly after?: string;
  /** The word itself is the program (`minikube kubectl -- get pods`). */
  readonly keep?: true;
};

export const WRAPPERS: ReadonlyMap<string, Wrapper> = new Map<string, Wrapper>([
  ['sudo', { takes: words('-u -g -h -p -C -D -r -t -T -U --user --group --host --prompt --chdir'), assigns: true }],
  ['doas', { takes: words('-u -C -a') }],
  ['env', { takes: words('-u -C --unset --chdir'), assigns: true }],
  ['nohup', {}],
  ['setsid', {}],
  ['command', {}],
  ['builtin', {}],
  ['exec', { takes: words('-a') }],
  ['time', { takes: words('-f -o --format --output') }],
  ['nice', { takes: words('-n --adjustment') }],
  ['ionice', { takes: words('-c -n -p') }],
  ['chrt', { words: 1 }],
  ['timeout', { takes: words('-s -k --signal --kill-after'), words: 1 }],
  ['gtimeout', { takes: words('-s -k --signal --kill-after'), words: 1 }],
  ['stdbuf', { takes: words('-i -o -e --input --output --error') }],
  ['unbuffer', {}],
  ['rlwrap', {}],
  ['winpty', {}],
  ['faketime', { words: 1 }],
  ['chronic', {}],
  ['ts', {}],
  ['strace', { takes: words('-o -e -p -s -u -E') }],
  ['ltrace', { takes: words('-o -e -p -s -u') }],
  ['chroot', { words: 1 }],
  ['taskset', { words: 1 }],
  ['numactl', {}],
  ['unshare', {}],
  ['nsenter', { takes: words('-t --target') }],
  [
    'systemd-run',
    { takes: words('-p --property --unit -u --slice -E --setenv --on-calendar --on-active -M -t --uid') },
  ],
  ['systemd-inhibit', { takes: words('--what --who --why --mode') }],
  ['dbus-run-session', { after: '--' }],
  ['caffeinate', { takes: words('-t -w') }],
  ['cpulimit', { after: '--' }],
  ['proxychains', {}],
  ['proxychains4', {}],
  ['torsocks', {}],
  ['tsocks', {}],
  ['dotenv', { after: '--' }],
  ['minikube', { after: 'kubectl', keep: true }],
  ['microk8s', { after: 'kubectl', keep: true }],
  ['k3s', { after: 'kubectl', keep: true }],
  ['k0s', { after: 'kubectl', keep: true }],
  ['rke2', { after: 'kubectl', keep: true }],
  ['aws-vault', { after: '--' }],
  ['doppler', { after: '--' }],
  ['op', { after: '--' }],
  ['mise', { after: '--' }],
  ['devbox', { after: '--' }],
  ['teller', { after: '--' }],
  ['chamber', { after: '--' }],
  ['envchain', { words: 1 }],
  ['direnv', { words: 2 }],
]);

export function wrapped(
  { takes, words: own = 0, assigns, after, keep }: Wrapper,
  args: readonly string[],
): Runs | undefined {
  if (after !== undefined) {
    const at = args.indexOf(after);
    if (at === -1) return undefined;
    const rest = args.slice(keep ? at : at + 1);
    return runsArgv(keep ? rest.filter((arg, i) => i !== 1 || arg !== '--') : rest);
  }
  let at = optionsEnd(args, takes ?? new Set());
  while (assigns && /^\w+=/.test(args[at] ?? '')) at += 1;
  return runsArgv(args.slice(at + own));
}

export const XARGS_TAKES = words(
  '-n -I -L -P -s -a -d -E -i --max-args --replace --max-procs --delimiter --arg-file --max-lines',
);

/** The words that it is fed come after its own, or in the place of `-I`'s mark. */
export function xargs(args: readonly string[], io: Io): Runs | undefined {
  const end = optionsEnd(args, XARGS_TAKES);
  const { flags } = readFlags(args.slice(0, end), XARGS_TAKES);
  const own = args.slice(end);
  if (own.length === 0) return undefined;
  const mark = textOf(flags, '-I', '--replace');
  const fed = io.stdin ?? UNKNOWN;
  if (mark !== undefined && mark !== '') {
    const lines = fed.split('\n').filter((line) => line.trim() !== '');
    const value = lines.length === 1 ? (lines[0] ?? UNKNOWN) : UNKNOWN;
    return runsArgv(own.map((arg) => arg.replaceAll(mark, () => value.trim())));
  }
  return runsArgv([...own, ...(fed === '' ? [] : fed.split(/\s+/).filter((word) => word !== ''))]);
}

const PARALLEL_TAKES = words(
  '-j -a -S -n -N -P -I --jobs --arg-file --delay --joblog --sshlogin --retries --timeout --colsep --results --max-args --tmpdir --halt',
);

/** GNU parallel: one command with marks, or a command in each argument or line. */
export function parallel(args: readonly string[], io: Io): readonly Runs[] {
  const own = args.slice(optionsEnd(args, PARALLEL_TAKES));
  const at = own.findIndex((arg) => /^:::/.test(arg));
  const command = at === -1 ? own : own.slice(0, at);
  const values = at === -1 ? [] : own.slice(at + 1).filter((arg) => !/^:::/.test(arg));
  if (command.length === 0) {
    if (values.length > 0) return values.map(runsText);
    return isKnown(io.stdin)
      ? [runsText(io.stdin)]
      : [{ kind: 'opaque', because: "what parallel is fed isn't known before it runs" }];
  }
  const text = command.join(' ');
  const marked = /\{[^{}\s]*\}/.test(text);
  const given = values.length > 0 ? values : [UNKNOWN];
  return given
    .slice(0, 32)
    .map((value) => runsText(marked ? text.replace(/\{[^{}\s]*\}/g, () => value) : `${text} ${value}`));
}

/** `su -c TEXT USER`, `runuser -u USER -- PROGRAM`. */
export function su(args: readonly string[]): Runs | undefined {
  const {
    flags,
    words: named,
    rest,
  } = readFlags(args, words('-c --command -s --shell -g --group -G --supp-group -u --user --session-command'));
  const text = textOf(flags, '-c', '--command', '--session-command');
  if (text !== undefined) return runsText(text);
  return runsArgv(rest ?? (flags.has('-u') || flags.has('--user') ? named : []));
}

export function found(args: readonly string[]): readonly Runs[] {
  const runs: Runs[] = [];
  args.forEach((arg, at) => {
    if (!/^-(exec|execdir|ok|okdir)$/.test(arg)) return;
    const end = args.findIndex((one, i) => i > at && (one === ';' || one === '+'));
    const argv = args.slice(at + 1, end === -1 ? undefined : end);
    const start = args.find((one) => !one.startsWith('-')) ?? '.';
    if (argv.length > 0)
      runs.push({ kind: 'argv', argv: argv.map((one) => one.replaceAll('{}', `${start}/${UNKNOWN}`)) });
  });
  return runs;
}

/** script(1): `-c TEXT`, or on BSD the file and then the command. */
export function scripted(args: readonly string[]): Runs | undefined {
  const { flags } = readFlags(args, words('-c --command -o -t -I -O -B -m -E'));
  const text = textOf(flags, '-c', '--command');
  if (text !== undefined) return runsText(text);
  return runsArgv(args.slice(optionsEnd(args, words('-t')) + 1));
}

export function locked(args: readonly string[]): Runs | undefined {
  const rest = args.slice(optionsEnd(args, words('-w -E --timeout')) + 1);
  if (rest[0] === '-c' || rest[0] === '--command') return rest[1] === undefined ? undefined : runsText(rest[1]);
  return runsArgv(rest);
}

export const WATCH_TAKES = words('-n --interval -s --shotsdir');

export const watch = (args: readonly string[]): Runs | undefined => {
  const rest = args.slice(optionsEnd(args, WATCH_TAKES)).join(' ');
  return rest === '' ? undefined : runsText(rest);
};
