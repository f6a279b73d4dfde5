import { homedir } from 'node:os';
import { absolute, type Scope } from './scope.ts';
import { isKnown, UNKNOWN } from './text.ts';

/** The shell's own words that change what it knows. Answers whether `name` is one of them. */
export function builtin(name: string, args: readonly string[], scope: Scope): boolean {
  switch (name) {
    case 'export':
    case 'declare':
    case 'local':
    case 'readonly':
    case 'typeset':
      for (const arg of args) assign(arg, scope.vars);
      return true;
    case 'alias':
      for (const arg of args) assign(arg, scope.aliases);
      return true;
    case 'read':
    case 'mapfile':
    case 'readarray':
      for (const arg of args) if (/^\w+$/.test(arg)) scope.vars.set(arg, UNKNOWN);
      return true;
    case 'unset':
      for (const arg of args) scope.vars.set(arg, '');
      return true;
    case 'cd':
    case 'pushd':
      scope.cwd = changed(
        scope.cwd,
        args.find((arg) => !arg.startsWith('-')),
      );
      return true;
    case 'popd':
      scope.cwd = undefined;
      return true;
    case 'shift':
      scope.params = scope.params.slice(Number(args[0] ?? 1) || 1);
      return true;
    case 'set':
      if (args.includes('--')) scope.params = args.slice(args.indexOf('--') + 1);
      return true;
    default:
      return false;
  }
}

function assign(text: string, into: Map<string, string>): void {
  const [, name, value] = /^(\w[\w-]*)=([\s\S]*)$/.exec(text) ?? [];
  if (name !== undefined && value !== undefined) into.set(name, value);
}

function changed(cwd: string | undefined, to: string | undefined): string | undefined {
  if (to === undefined) return homedir();
  return cwd === undefined || !isKnown(to) ? undefined : absolute(to, cwd);
}
