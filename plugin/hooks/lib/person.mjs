import { readFlags } from './flags.mjs';
import { baseName, isKnown } from './text.mjs';

/** What only a person may do, and no agent on a person's behalf. */
const PERSONS = new Set(['approve', 'waive', 'abandon', 'operator']);

export const isInfragate = (name) => /^infragate(\.m?js)?$/.test(baseName(name));

/** A script of this package, as `node` and its like are given it. */
export const isInfragateScript = (path) =>
  isInfragate(path) ||
  /(^|[\\/])(dist|src)[\\/]cli\.[mc]?[jt]s$/.test(path) ||
  /[\\/]infragate[\\/][^\s]*\.[mc]?[jt]s$/.test(path);

/** `infragate ARGS` → the command a person would have to give, if it is one; one that isn't known yet counts as one. */
export function personsCommand(args) {
  const { words } = readFlags(args, new Set(['--workspace', '--context']));
  const [verb] = words;
  if (verb === undefined) return undefined;
  if (!isKnown(verb)) return "with a command that isn't known before it runs";
  return PERSONS.has(verb) ? verb : undefined;
}
