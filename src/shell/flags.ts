import type { Words } from './text.ts';
/** What a flag was given: its value, `true` for a switch, undefined where the value is missing. */
export type FlagValue = string | true | undefined;
export type Flags = ReadonlyMap<string, readonly FlagValue[]>;
export type ReadFlags = {
  readonly flags: Flags;
  /** What is neither a flag nor a flag's value. */
  readonly words: readonly string[];
  /** What follows `--`. */
  readonly rest: readonly string[] | undefined;
};

/**
 * A command line's flags, as pflag (kubectl, oc, helm) and getopt read them: `--name=value`, `--name value`, `-nvalue`,
 * `-n=value`, `-it`; nothing after `--` is a flag.
 *
 * `takesValue` says which names are followed by a value; unknown flags are taken as switches.
 */
export function readFlags(args: readonly string[], takesValue: Words): ReadFlags {
  const flags = new Map<string, FlagValue[]>();
  const words: string[] = [];
  const put = (name: string, value: FlagValue) => {
    const given = flags.get(name);
    if (given === undefined) flags.set(name, [value]);
    else given.push(value);
  };
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--') return { flags, words, rest: args.slice(at + 1) };
    if (arg.startsWith('--')) {
      const equals = arg.indexOf('=');
      if (equals !== -1) put(arg.slice(0, equals), arg.slice(equals + 1));
      else if (takesValue.has(arg)) {
        at += 1;
        put(arg, args[at]);
      } else put(arg, true);
    } else if (arg.length > 1 && arg.startsWith('-')) {
      at += readShort(arg, args[at + 1], takesValue, put);
    } else {
      words.push(arg);
    }
  }
  return { flags, words, rest: undefined };
}

/** One dash, one or more letters; answers how many further arguments were used up. */
function readShort(
  arg: string,
  following: string | undefined,
  takesValue: Words,
  put: (name: string, value: FlagValue) => void,
): number {
  for (let i = 1; i < arg.length; i += 1) {
    const name = `-${arg[i]}`;
    if (!takesValue.has(name)) {
      put(name, true);
      continue;
    }
    const attached = arg.slice(i + 1).replace(/^=/, '');
    put(name, i + 1 < arg.length ? attached : following);
    return i + 1 < arg.length ? 0 : 1;
  }
  return 0;
}

/** The last value given under any of these names; the last one wins, as with pflag. */
export const lastOf = (flags: Flags, ...names: readonly string[]): FlagValue =>
  names.flatMap((name) => flags.get(name) ?? []).at(-1);

/** The same, where a value was given. */
export function textOf(flags: Flags, ...names: readonly string[]): string | undefined {
  const value = lastOf(flags, ...names);
  return typeof value === 'string' ? value : undefined;
}

/** Every value given under these names, in turn; undefined where one is missing. */
export const valuesOf = (flags: Flags, ...names: readonly string[]): readonly (string | undefined)[] =>
  names.flatMap((name) => (flags.get(name) ?? []).map((value) => (value === true ? '' : value)));

export const hasAny = (flags: Flags, ...names: readonly string[]): boolean => names.some((name) => flags.has(name));

/** Leading options of a wrapper (`timeout -s KILL 30 cmd …`): how many arguments belong to it. */
export function optionsEnd(args: readonly string[], takesValue: Words): number {
  let at = 0;
  for (let arg = args[at]; arg?.startsWith('-') && arg !== '-'; arg = args[at]) {
    if (arg === '--') return at + 1;
    const name = arg.startsWith('--') ? arg : `-${arg.at(-1)}`;
    at += takesValue.has(name) && !arg.includes('=') ? 2 : 1;
  }
  return Math.min(at, args.length);
}
