import { fileKind } from '../files.ts';
import { absolute, fileText, type Io, newBudget, type Scope } from '../scope.ts';
import { isStartupFile } from '../setup.ts';
import { baseName, isKnown, words } from '../text.ts';
import { type Runs, runsText, shown } from './runs.ts';
import { namesDeployment } from './tasks.ts';

export const SHELLS = words('bash sh zsh dash ksh mksh ash fish rbash');

/** `bash -c TEXT`, `bash FILE ARGS`, `bash -s`, a shell that is fed. `-n` only checks the syntax. */
export function shell(args: readonly string[], io: Io, scope: Scope): Runs | undefined {
  let text = false;
  let fromInput = false;
  let at = 0;
  for (let arg = args[at]; arg !== undefined && /^[-+]./.test(arg); arg = args[at]) {
    at += 1;
    if (arg === '--') break;
    if (/^--(help|version|dump-strings|dump-po-strings)$/.test(arg)) return undefined;
    if (/^--(rcfile|init-file)$/.test(arg) || /^[-+][a-z]*[oO]$/.test(arg)) {
      if (args[at] === 'noexec') return undefined;
      at += 1;
    } else if (!arg.startsWith('--')) {
      if (arg.startsWith('-') && arg.includes('n')) return undefined;
      text ||= arg.includes('c');
      fromInput ||= arg.includes('s');
    }
  }
  const [first, ...params] = args.slice(at);
  if (text) {
    if (first === undefined) return undefined;
    const runs = runsText(first);
    return runs.kind === 'text' ? { ...runs, params: params.slice(1), io } : runs;
  }
  if (first === undefined || first === '-' || fromInput) return fed(io, fromInput ? args.slice(at) : params);
  if (/^\/dev\/(stdin|fd\/0)$/.test(first)) return fed(io, params);
  return scriptFile(first, params, scope);
}

function fed(io: Io, params: readonly string[]): Runs | undefined {
  if (!io.piped) return undefined;
  const runs = io.stdin === undefined ? undefined : runsText(io.stdin);
  return runs?.kind === 'text'
    ? { ...runs, params }
    : { kind: 'opaque', because: "a shell is fed with text that can't be read before it runs" };
}

function scriptFile(path: string, params: readonly string[], scope: Scope): Runs | undefined {
  const text = fileText(path, scope);
  if (text === undefined) return unread(path, scope);
  return asScript(text, path, params);
}

/**
 * A script that can't be read. One that isn't there, in a line that does nothing else (so nothing makes it), does not run:
 * it stops only where its name says what it would do.
 */
function unread(path: string, scope: Scope): Runs | undefined {
  const alone = scope.depth === 0 && newBudget().commands - scope.budget.commands === 1;
  const absent = isKnown(path) && scope.cwd !== undefined && fileKind(absolute(path, scope.cwd)) === undefined;
  if (alone && absent && !namesDeployment(baseName(path).replace(/\.\w+$/, ''))) return undefined;
  return { kind: 'opaque', because: `the script ${shown(path)} can't be read` };
}

export function asScript(text: string, path: string, params: readonly string[]): Runs | undefined {
  if (text.includes('\0')) return undefined; // a program, not a script
  const shebang = /^#![ \t]*(\S+)(?:[ \t]+(?:-\S+[ \t]+)*(\S+))?/.exec(text);
  const named = shebang?.[1] ?? 'sh';
  const runs = baseName(/env$/.test(named) ? (shebang?.[2] ?? '') : named);
  return SHELLS.has(runs) ? { kind: 'text', text, params, script: path } : { kind: 'foreign', text };
}

/** `./deploy.sh`: read when it is text; what isn't there yet may be a program that this line builds. */
export function executed(path: string, args: readonly string[], scope: Scope): Runs | undefined {
  const text = fileText(path, scope);
  if (text !== undefined) return asScript(text, path, args);
  return /\.(sh|bash)$/.test(path) ? unread(path, scope) : undefined;
}

export function sourced(args: readonly string[], scope: Scope): Runs | undefined {
  const [path, ...params] = args;
  if (path === undefined || isStartupFile(path)) return undefined;
  const nested = scope.depth > 1;
  if (/^\/dev\/fd\/|^\uFFFC$/.test(path))
    return nested ? undefined : { kind: 'opaque', because: "what is sourced isn't known before it runs" };
  const text = fileText(path, scope);
  if (text !== undefined) return { kind: 'text', text, params, script: path };
  return nested ? undefined : { kind: 'opaque', because: `${shown(path)} can't be read` };
}

export function evaluated(args: readonly string[]): Runs | undefined {
  const text = args.join(' ');
  return text.trim() === '' ? undefined : runsText(text);
}
