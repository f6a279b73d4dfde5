import { join } from 'node:path';
import { type Flags, optionsEnd, readFlags, textOf } from '../flags.ts';
import { fileText, type Scope } from '../scope.ts';
import { quote, words } from '../text.ts';
import { type Runs, runsArgv, runsText } from './runs.ts';

/** Options of npx and npm exec that take a value. */
const NPX_TAKES = words('-p --package -w --workspace --prefix -C --cache --registry --node-options -c --call');

export function npx(args: readonly string[]): Runs | undefined {
  const end = optionsEnd(args, NPX_TAKES);
  const { flags } = readFlags(args.slice(0, end), NPX_TAKES);
  const text = textOf(flags, '-c', '--call');
  if (text !== undefined) return runsText(text);
  const [name, ...after] = args.slice(end);
  const rest = after[0] === '--' ? after.slice(1) : after;
  return name === undefined ? undefined : runsArgv([name.replace(/^(@?[^@]+)@.*$/, '$1'), ...rest]);
}

const MANAGER_TAKES = words(
  '--prefix -C --dir --cwd -w --workspace --filter -F --loglevel --userconfig --cache --registry',
);

export function packageManager(args: readonly string[], _io: unknown, scope: Scope, program: string): Runs | undefined {
  const { flags } = readFlags(args, MANAGER_TAKES);
  const start = optionsEnd(args, MANAGER_TAKES);
  const [verb, ...after] = args.slice(start);
  if (verb === undefined) return undefined;
  if (/^(exec|x|dlx)$/.test(verb)) return npx(after);
  if (verb === 'explore') return runsArgv(after.slice(after[1] === '--' ? 2 : 1));
  const isRun = /^(run|run-script|rum|urn)$/.test(verb);
  const rest = isRun ? after.slice(optionsEnd(after, MANAGER_TAKES)) : after;
  const name = isRun ? rest[0] : /^(start|test|stop|restart|t|tst)$/.test(verb) ? verb.replace(/^tst?$/, 'test') : verb;
  const given = (isRun ? rest.slice(1) : after).filter((arg, i) => i > 0 || arg !== '--');
  if (name === undefined) return undefined;
  // A clone of infragate runs it this way; yarn and pnpm run a dependency's program by its bare name.
  if (name === 'infragate') return runsArgv(['infragate', ...given]);
  return (
    scriptNamed(name, given, folderOf(flags), scope) ??
    (isRun || program === 'npm' ? undefined : runsArgv([verb, ...after]))
  );
}

const folderOf = (flags: Flags): string => textOf(flags, '--prefix', '-C', '--dir', '--cwd') ?? '.';

/** A script of package.json as shell text, with what follows on the line. */
export function scriptNamed(name: string, given: readonly string[], folder: string, scope: Scope): Runs | undefined {
  const text = packageScript(folder, name, scope);
  if (text === undefined) return undefined;
  const cwd = scope.cwd === undefined || folder === '.' ? scope.cwd : join(scope.cwd, folder);
  return { kind: 'text', text: [text, ...given.map(quote)].join(' '), cwd };
}

function packageScript(folder: string, name: string, scope: Scope): string | undefined {
  const text = fileText(join(folder, 'package.json'), scope);
  if (text === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(text);
    const scripts = typeof read === 'object' && read !== null && 'scripts' in read ? read.scripts : undefined;
    if (typeof scripts !== 'object' || scripts === null) return undefined;
    const script: unknown = Object.entries(scripts).find(([key]) => key === name)?.[1];
    return typeof script === 'string' ? script : undefined;
  } catch {
    return undefined;
  }
}
