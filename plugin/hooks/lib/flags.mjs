/**
 * A command line's flags, as pflag (kubectl, oc, helm) and getopt read them: `--name=value`, `--name value`, `-nvalue`,
 * `-n=value`, `-it`; nothing after `--` is a flag.
 *
 * `takesValue` says which names are followed by a value; unknown flags are taken as switches.
 */
export function readFlags(args, takesValue) {
  const flags = new Map();
  const words = [];
  const put = (name, value) => flags.set(name, [...(flags.get(name) ?? []), value]);
  let at = 0;
  for (; at < args.length; at += 1) {
    const arg = args[at];
    if (arg === '--') return { flags, words, rest: args.slice(at + 1) };
    if (arg.startsWith('--')) {
      const equals = arg.indexOf('=');
      if (equals !== -1) put(arg.slice(0, equals), arg.slice(equals + 1));
      else if (takesValue.has(arg)) put(arg, args[++at]);
      else put(arg, true);
    } else if (arg.length > 1 && arg.startsWith('-')) {
      at += readShort(arg, args[at + 1], takesValue, put);
    } else {
      words.push(arg);
    }
  }
  return { flags, words, rest: undefined };
}

/** One dash, one or more letters; answers how many further arguments were used up. */
function readShort(arg, following, takesValue, put) {
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
export function lastOf(flags, ...names) {
  return names.flatMap((name) => flags.get(name) ?? []).at(-1);
}

export const hasAny = (flags, ...names) => names.some((name) => flags.has(name));

/** Splits off leading options of a wrapper (`timeout -s KILL 30 cmd …`): how many arguments belong to it. */
export function optionsEnd(args, takesValue) {
  let at = 0;
  while (at < args.length && args[at].startsWith('-') && args[at] !== '-') {
    if (args[at] === '--') return at + 1;
    const arg = args[at];
    const last = arg.startsWith('--') ? arg : `-${arg.at(-1)}`;
    at += takesValue.has(arg.startsWith('--') ? arg : last) && !arg.includes('=') ? 2 : 1;
  }
  return at;
}
