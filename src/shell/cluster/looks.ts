import type { Io } from '../scope.ts';
import { isKnown, type Words, words } from '../text.ts';
import { WRITING_WORDS } from './plugins.ts';
import { sqlReads } from './queries.ts';
import { onlyAsks, requestOf } from './request.ts';

/** Whether a call of a program only looks. `io.piped`: it is fed; `io.stdin`: with what, where that is known. */
export type Looks = (args: readonly string[], io: Io) => boolean;

export const always: Looks = () => true;
export const unless =
  (changes: RegExp): Looks =>
  (args) =>
    !args.some((arg) => changes.test(arg));
/** None of its words is one of these, and all of them are known: one that isn't may be any. */
export const without =
  (changes: RegExp): Looks =>
  (args) =>
    args.every((arg) => isKnown(arg)) && !changes.test(args.join(' '));
/** Of its words that aren't options, the first is one of these, or there is none. */
export const first = (reads: string, takes = ''): Looks => {
  const known = words(reads);
  const valued = words(takes);
  return (args) => {
    const [verb] = operands(args, valued);
    return verb === undefined || known.has(verb);
  };
};
/** The first one or two words: `kv get`, `osd tree`. */
export const firstTwo = (reads: string, takes = ''): Looks => {
  const known = words(reads.replaceAll(' ', '_').replaceAll(';', ' '));
  const valued = words(takes);
  return (args) => {
    const given = operands(args, valued);
    return (
      given.length === 0 ||
      known.has(given[0] ?? '') ||
      known.has(given.slice(0, 2).join('_')) ||
      known.has(given.slice(0, 3).join('_'))
    );
  };
};

export function operands(args: readonly string[], takes: Words): readonly string[] {
  return args.filter((arg, i) => !arg.startsWith('-') && (i === 0 || !takes.has(args[i - 1] ?? '')));
}

/** A word in one of these places is a statement in the program's language; without one, the input is. */
export const statements =
  (options: RegExp, files: RegExp, reads: (text: string) => boolean): Looks =>
  (args, io) => {
    if (args.some((arg) => files.test(arg))) return false;
    const texts = args.flatMap((arg, i) => {
      const attached = /^(?:--[\w-]+=|-[ceqQ](?=.))([\s\S]+)$/.exec(arg);
      if (options.test(args[i - 1] ?? '')) return [arg];
      return attached !== null && options.test(arg.replace(/=.*/s, '').slice(0, arg.startsWith('--') ? undefined : 2))
        ? [attached[1] ?? '']
        : [];
    });
    if (texts.length > 0) return texts.every(reads);
    return !io.piped || (isKnown(io.stdin) && reads(io.stdin));
  };

const SQL_FILES = /^(-f|--file|--queries-file)(=|$)|^-f./;
/** The last letter of several in one word may be the option: `psql -qtAc 'select 1'`, `mysql -Nse …`. */
export const psql = statements(/^(-[a-zA-Z0-9]*c|--command)$/, SQL_FILES, sqlReads);
export const mysql = statements(/^(-[a-zA-Z]*e|--execute)$/, SQL_FILES, sqlReads);
export const sql = statements(/^(-e|--execute|-q|-Q|--query|-x|--command)$/, SQL_FILES, sqlReads);

/** Words with which a program that isn't known here only looks, wherever it keeps what it shows. */
const INSIDE_READS = words(
  'get list ls status describe show view info inspect version help health healthcheck ping stats stat check verify validate ' +
    'tree top query showmigrations is-enabled is_enabled is-active whoami can-i diff list-all list_all',
);
/** `spire-server bundle show`: the first of its words that says what it does says that it looks. */
export const looksByItsWords = (args: readonly string[]): boolean => {
  const given = args.filter((arg) => !arg.startsWith('-')).slice(0, 3);
  if (args.some((arg) => !isKnown(arg) || CHANGING_OPTION.test(arg))) return false;
  return INSIDE_READS.has(given.find((word) => INSIDE_READS.has(word) || WRITING_WORDS.has(word)) ?? '');
};
const CHANGING_OPTION = /^--?(fix|repair|force|delete|set|write|apply|purge|reset|prune)\b/;
/** Code in another language: nothing in it that writes or starts something. */
const CODE_CHANGES =
  /\b(write|unlink|remove|rm|rmtree|mkdir|rename|truncate|chmod|chown|system|exec\w*|spawn\w*|popen|subprocess|kill|insert|update|delete|drop|create|save|flush\w*|post|put|patch|copy\w*|symlink|eval|fork|requests\.(post|put|delete))\b|open\([^()]{0,200},\s*['"][wax+]/i;
export const code: Looks = (args, io) => {
  if (args.some((arg) => /^(--version|-v|-V|-version|--help|-h)$/.test(arg))) return true;
  const at = args.findIndex((arg) => /^(-c|-e|-p|-pe|-r|--eval|--print)$/.test(arg));
  if (at !== -1) return isKnown(args[at + 1]) && !CODE_CHANGES.test(args[at + 1] ?? '');
  if (/^(-m)$/.test(args[0] ?? ''))
    return /^(json\.tool|site|sysconfig|platform|pip)$/.test(args[1] ?? '') && !/install/.test(args.join(' '));
  return args.length === 0 && io.piped && isKnown(io.stdin) && !CODE_CHANGES.test(io.stdin);
};
export const request: Looks = (args) => {
  const asked = requestOf(args);
  const saves = args.some((arg, i) => {
    const path =
      /^(-o|--output|-O|--output-document)$/.test(args[i - 1] ?? '') && !/^-O$/.test(args[i - 1] ?? '')
        ? arg
        : /^(?:--output=|-[a-np-zA-Z]*o)(.+)/.exec(arg)?.[1];
    return (
      (path !== undefined && !/^(\/dev\/(null|stdout|stderr)|-)$/.test(path)) ||
      /^(-O|--remote-name(-all)?|-J)$/.test(arg) ||
      /^-[a-zA-Z]*O$/.test(arg)
    );
  });
  if (saves) return false;
  if (asked === undefined) return !args.some((arg) => /^(-d|--data|-T|-F)/.test(arg));
  return (
    onlyAsks(asked) || /\/_(search|count|msearch|analyze|validate|explain|field_caps|sql|cat|mget)\b/.test(asked.url)
  );
};
export const wget: Looks = (args) => {
  const path = args
    .map(
      (arg, i) =>
        /^-[a-zA-NP-Z]*O(.*)/.exec(arg)?.[1] ||
        (/^-[a-zA-Z]*O$|^--output-document$/.test(args[i - 1] ?? '') ? arg : undefined),
    )
    .find((one) => one !== undefined);
  if (path !== undefined && !/^(-|\/dev\/(null|stdout))$/.test(path)) return false;
  return !args.some((arg) => /^--(post|method|body)/.test(arg) && !/^--method=(GET|HEAD)$/i.test(arg));
};
export const ip: Looks = (args) => {
  const [, verb] = operands(args, words('-n -netns -b -f -family'));
  return verb === undefined || /^(sh|sho|show|ls|li|list|get|l|help|monitor)$/.test(verb);
};
export const archive: Looks = (args) => {
  const [mode = ''] = args;
  const lists = /^-?[a-zA-Z]*t/.test(mode) || args.includes('--list');
  const creates = /^-?[a-zA-Z]*c/.test(mode) || args.includes('--create');
  const at = args.findIndex((arg) => /^-?[a-zA-Z]*f$/.test(arg));
  return lists || (creates && (at === -1 || args[at + 1] === '-'));
};
/** Compresses what it is fed, or prints; with a file among its words it puts another in its place. */
export const packs: Looks = (args) =>
  args.every((arg) => arg.startsWith('-')) || args.some((arg) => /^(-[a-z]*[ctl]|--(stdout|test|list))$/.test(arg));
export const kafka: Looks = (args) =>
  !args.some((arg) =>
    /^--(create|delete|alter|add|add-config|remove|reset-offsets|execute|topics-to-move-json-file|delete-config|producer-property)$/.test(
      arg,
    ),
  ) || args.includes('--dry-run');
export const manager =
  (changes: RegExp): Looks =>
  (args) =>
    !changes.test(
      args
        .filter((arg) => !arg.startsWith('-'))
        .slice(0, 3)
        .join(' '),
    );

/** `ceph`'s commands that show: by their words, since they are many. */
export function ceph(args: readonly string[]): boolean {
  const text = operands(
    args,
    words('-c --conf -k --keyring -n --name --id --connect-timeout -f --format --admin-daemon'),
  ).join(' ');
  if (args.includes('--help') || args.includes('-h') || text === '' || text === 'help') return true;
  return (
    /^(-s|status|health|df|quorum_status|mon_status|versions?|features|fsid|report|time-sync-status|node ls|log last|insights|perf|daemon \S+ (help|status|config (show|get|diff)|perf|dump\S*|ops|session ls|version|get \S+)|tell \S+ (version|config (show|get)|perf dump|session ls|status|dump\S*))\b|\b(ls|lspools|dump|tree|stat|stats|status|show|get|list|df|info|find|metadata|count-metadata|versions|perf|lookup|print|detail|autoscale-status|ok-to-stop|safe-to-destroy|ls-\S+|get-\S+|list-\S+|query|map|help|blocked-by)\b/.test(
      text,
    ) &&
    !/\b(set|rm|remove|delete|create|add|enable|disable|out|in|down|purge|destroy|reweight\S*|repair|scrub|deep-scrub|import|mv|rename|apply|stop|start|restart|put|clear|reset|fail|rotate|zap|import|mute|authorize|get-or-create\S*)\b/.test(
      text,
    )
  );
}
