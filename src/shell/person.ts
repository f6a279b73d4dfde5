import { realpathSync } from 'node:fs';
import { readFlags } from './flags.ts';
import { absolute, type Scope } from './scope.ts';
import { baseName, isKnown, words } from './text.ts';

/** What only a person may do, and no agent on a person's behalf. */
const PERSONS = words('approve waive abandon operator approver freeze thaw');

export const isInfragate = (name: string): boolean => /^infragate(\.[mc]?js)?$/.test(baseName(name));

/** A script of this package, as `node` and its like are given it. */
export const isInfragateScript = (path: string): boolean =>
  isInfragate(path) ||
  /(^|[\\/])(dist|src)[\\/]cli\.[mc]?[jt]s$/.test(path) ||
  /[\\/]infragate[\\/]\S{0,400}\.[mc]?[jt]s$/.test(path);

/** The same for a program that is started by its path: a link may have another name. */
export function isInfragateProgram(name: string, scope: Scope): boolean {
  if (isInfragate(name)) return true;
  if (!name.includes('/') || !isKnown(name) || !scope.here) return false;
  try {
    return isInfragateScript(realpathSync(absolute(name, scope.cwd)));
  } catch {
    return false;
  }
}

const NODES = words('node nodejs tsx ts-node bun deno');

/** `node dist/cli.js approve` → ['approve']; undefined: it runs no script of this package. */
export function ranByNode(program: string, args: readonly string[], scope: Scope): readonly string[] | undefined {
  if (!NODES.has(program) && !isInfragateScript(program)) return undefined;
  const at = args.findIndex(
    (arg) => isInfragateScript(arg) || (/\.[mc]?[jt]s$/.test(arg) && isInfragateScript(absolute(arg, scope.cwd))),
  );
  return at === -1 ? undefined : args.slice(at + 1);
}

/** `infragate ARGS` → the command that only a person may give, if it is one; one that isn't known yet counts as one. */
export function personsCommand(args: readonly string[]): string | undefined {
  const { words: given, rest = [], flags } = readFlags(args, words('--workspace --context --home'));
  const [verb, what] = [...given, ...rest];
  if (verb === undefined || flags.has('--help') || flags.has('-h')) return undefined;
  if (!isKnown(verb)) return "with a command that isn't known before it runs";
  // Looking at what is guarded is anybody's; guarding and releasing are not.
  if (verb === 'cluster' && what !== undefined && what !== 'status') return `cluster ${isKnown(what) ? what : '…'}`;
  return PERSONS.has(verb) ? verb : undefined;
}
