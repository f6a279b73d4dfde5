import { optionsEnd, readFlags, textOf } from '../flags.ts';
import { fileText, type Io, type Scope } from '../scope.ts';
import { isKnown, words } from '../text.ts';
import { scriptNamed } from './packages.ts';
import { type Runs, runsArgv } from './runs.ts';

export const FOREIGN =
  /^(python[\d.]*|pypy\d?|perl|ruby|php|lua|node|nodejs|deno|bun|tsx|ts-node|expect|autoexpect|osascript|socat|tmux|screen|zellij|awk|gawk|mawk|vim|vi|nvim|emacs|tclsh|R|Rscript|irb|ipython3?)$/;
export const NODES = words('node nodejs tsx ts-node bun deno');

const NODE_TAKES = words('-r --require --import --loader -C --conditions --env-file --max-old-space-size --input-type');

export function nodeScript(program: string, args: readonly string[], io: Io, scope: Scope): Runs | undefined {
  const at = optionsEnd(args, NODE_TAKES);
  const own = args.slice(0, at);
  const named = textOf(readFlags(own, words('--run')).flags, '--run');
  if (named !== undefined) {
    const given = args.slice(args.indexOf(named) + 1).filter((arg, i) => i > 0 || arg !== '--');
    return named === 'infragate' ? runsArgv([named, ...given]) : scriptNamed(named, given, '.', scope);
  }
  if (own.some((arg) => /^(-e|-p|-pe|--eval|--print)$/.test(arg))) return foreign(program, args, io, scope);
  const [verb = '', ...after] = args.slice(at);
  if (program === 'bun' && verb === 'x') return runsArgv(after);
  const rest = verb === 'run' || verb === 'x' ? after.slice(optionsEnd(after, NODE_TAKES)) : args.slice(at);
  const [path, ...given] = rest;
  if (path === undefined) return foreign(program, args, io, scope);
  const fromRegistry = /^(?:npm|jsr):(?:@[^/]+\/)?([^@/]+)/.exec(path)?.[1];
  if (fromRegistry !== undefined) return runsArgv([fromRegistry, ...given]);
  // This clone's own starter: what it starts is named by its first argument.
  if (/(^|[\\/])dev\.mjs$/.test(path) && given[0] === 'infragate') return runsArgv(given);
  return foreign(program, rest, io, scope);
}

export function foreign(program: string, args: readonly string[], io: Io, scope: Scope): Runs | undefined {
  if (/^python/.test(program) && args[0] === '-m') return runsArgv(args.slice(1));
  const script = args.find((arg) => !arg.startsWith('-') && /\.\w+$/.test(arg) && !/\s/.test(arg));
  const file = script === undefined ? undefined : fileText(script, scope);
  const code = args.filter((arg) => /\s|\(/.test(arg)).join('\n');
  // What a script reads from its input is data; without a script, it is the program.
  const input = script === undefined && io.stdin !== undefined ? io.stdin : '';
  const whole = args.filter(isKnown).join(' ');
  const text = [whole, code, file?.includes('\0') ? '' : (file ?? ''), input].join('\n');
  return TYPES_FOR_YOU.test(program) || RUNS_PROGRAMS.test(text) ? { kind: 'foreign', text } : undefined;
}

/** Programs that hand their arguments to a shell, or type them. */
const TYPES_FOR_YOU = /^(expect|autoexpect|osascript|socat|tmux|screen|zellij|vim|vi|nvim|emacs)$/;

/** How programs in other languages start programs. */
const RUNS_PROGRAMS = /system|exec|spawn|popen|subprocess|pty|qx|`|\brun\(|\bsh\b|\$\(|Command|Process|shell/i;

/** git starts programs, too: aliases, bisect, foreach, rebase --exec. */
export function git(args: readonly string[], io: Io): readonly Runs[] {
  const runs: Runs[] = [];
  args.forEach((arg, i) => {
    const alias = /^alias\.[^=]*=!(.*)$/s.exec(arg)?.[1];
    if (alias !== undefined && args[i - 1] === '-c') runs.push({ kind: 'text', text: alias });
    const editor = /^(?:core\.(?:editor|pager|sshCommand)|sequence\.editor)=(.*)$/s.exec(arg)?.[1];
    if (editor !== undefined) runs.push({ kind: 'text', text: editor });
  });
  const [verb = '', ...rest] = args.slice(optionsEnd(args, words('-C -c --git-dir --work-tree --namespace')));
  if (verb === 'bisect' && rest[0] === 'run') runs.push({ kind: 'argv', argv: rest.slice(1), io });
  if (verb === 'submodule' && rest[0] === 'foreach')
    runs.push({
      kind: 'text',
      text: rest
        .filter((arg) => !arg.startsWith('-'))
        .slice(1)
        .join(' '),
    });
  const text = textOf(readFlags(rest, words('-x --exec')).flags, '-x', '--exec');
  if (verb === 'rebase' && text !== undefined) runs.push({ kind: 'text', text });
  return runs;
}
