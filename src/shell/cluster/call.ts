import { type Flags, hasAny, lastOf, readFlags, valuesOf } from '../flags.ts';
import { baseName, isKnown, words } from '../text.ts';
import { KUBECTL_VALUE_FLAGS, LOGS_VALUE_FLAGS } from './flags.ts';
import { pluginReads } from './plugins.ts';
import {
  CLUSTER_WIDE_VERBS,
  HELM_READS,
  HELM_WRITES,
  INSIDE,
  OC_ADM_READS,
  OC_ADM_READS_BELOW,
  READS,
  READS_BELOW,
  TWO_WORDS,
  WRITES,
} from './verbs.ts';

export type ClusterEffect = 'reads' | 'writes' | 'dry-run' | 'inside' | 'unknown';

/** What a call of kubectl, oc or helm asks for, and of which cluster and namespace. */
export type ClusterCall = {
  readonly tool: 'kubectl' | 'helm';
  /** As it was called: `oc`, `kubectl`, `helm`. */
  readonly program: string;
  /** `get`, `rollout status`, `upgrade`; '' when there is none. */
  readonly verb: string;
  readonly effect: ClusterEffect;
  /** undefined: named, and only known when it runs. Another target than the deployment's can be meant by these. */
  readonly namespaces: readonly (string | undefined)[];
  readonly all_namespaces: boolean;
  /** It is about the cluster's nodes or users, whatever it names. */
  readonly cluster_wide: boolean;
  readonly contexts: readonly (string | undefined)[];
  /** `--kubeconfig`, `--server`, `--token` …: another way to a cluster. */
  readonly elsewhere: readonly string[];
  /** What follows the verb and isn't an option. */
  readonly operands: readonly string[];
  /** What follows `--`: a container's command. */
  readonly rest: readonly string[] | undefined;
  /** -f, --filename; helm's values. */
  readonly filenames: readonly string[];
  readonly kustomize: readonly string[];
  readonly selectors: readonly string[];
  /** --image, and `container=image` of `set image`; undefined: only known when it runs. */
  readonly images: readonly (string | undefined)[];
  /** --all. */
  readonly every: boolean;
  /** -w, --watch, -f of logs: it doesn't end by itself. */
  readonly endless: boolean;
  /** Why it ends with 0 whatever is in the cluster. */
  readonly asks_nothing: string | undefined;
  readonly flags: Flags;
};

const KUBECTL = /^(kubectl([-_.]?v?\d[\w.]*)?|k|kubecolor)$/;

/** The tool that a program is, by its name; `kubectl-1.30` is kubectl, too. */
export function clusterTool(program: string): 'kubectl' | 'oc' | 'helm' | undefined {
  const name = baseName(program);
  if (KUBECTL.test(name)) return 'kubectl';
  if (name === 'oc') return 'oc';
  return /^helm\d?$/.test(name) ? 'helm' : undefined;
}

const ELSEWHERE = words(
  '--kubeconfig --server -s --cluster --user --token --kube-token --kube-apiserver --as --as-group --as-uid --kube-as-user ' +
    '--kube-as-group --client-certificate --client-key --username --password --insecure-skip-tls-verify ' +
    '--kube-insecure-skip-tls-verify',
);

/** A call's arguments, read; the program is one that clusterTool knows. Words that aren't known carry their mark. */
export function readClusterCall(program: 'kubectl' | 'oc' | 'helm', args: readonly string[]): ClusterCall {
  const first = readFlags(args, KUBECTL_VALUE_FLAGS);
  const read = first.words[0] === 'logs' ? readFlags(args, LOGS_VALUE_FLAGS) : first;
  const own = program === 'helm' ? withoutPlugin(read.words) : read.words;
  const [start = '', second = ''] = own;
  const two = TWO_WORDS.has(start) || (program === 'helm' && start === 'get');
  const verb = two ? `${start} ${second}`.trim() : start;
  const { flags } = read;
  const known = (...names: string[]) => valuesOf(flags, ...names).filter(isKnown);
  const orUnknown = (...names: string[]) => valuesOf(flags, ...names).map((one) => (isKnown(one) ? one : undefined));
  return {
    tool: program === 'helm' ? 'helm' : 'kubectl',
    program,
    verb,
    effect: program === 'helm' ? helmEffect(verb, flags) : effectOf(program, own, flags),
    namespaces: orUnknown('-n', '--namespace'),
    all_namespaces: isOn(flags, '-A', '--all-namespaces'),
    cluster_wide: CLUSTER_WIDE_VERBS.has(start) || start === 'adm',
    contexts: orUnknown('--context', '--kube-context'),
    elsewhere: [...flags.keys()].filter((name) => ELSEWHERE.has(name) && !(program === 'helm' && name === '-s')),
    operands: own.slice(two ? 2 : 1),
    rest: read.rest,
    filenames: start === 'logs' ? [] : known('-f', '--filename', '--values'),
    kustomize: known('-k', '--kustomize'),
    selectors: known('-l', '--selector'),
    images: [...orUnknown('--image'), ...(verb === 'set image' ? own.filter((word) => word.includes('=')) : [])],
    every: isOn(flags, '--all'),
    endless:
      start === 'port-forward' ||
      start === 'proxy' ||
      isOn(flags, '-w', '--watch', '--watch-only', '--follow') ||
      (start === 'logs' && isOn(flags, '-f')),
    asks_nothing: asksNothing(program, verb, flags),
    flags,
  };
}

const isOn = (flags: Flags, ...names: readonly string[]): boolean =>
  names.some((name) => hasAny(flags, name) && flags.get(name)?.at(-1) !== 'false');

/** `helm secrets upgrade` runs the verb that follows the plugin's name. */
const withoutPlugin = ([first = '', ...after]: readonly string[]): readonly string[] =>
  !HELM_READS.has(first) && !HELM_WRITES.has(first) && HELM_WRITES.has(after[0] ?? '')
    ? after
    : first === ''
      ? []
      : [first, ...after];

/** A dry run: the last --dry-run counts; a value that isn't known yet doesn't. */
export function isDryRun(flags: Flags): boolean {
  const value = lastOf(flags, '--dry-run');
  return value === true || value === 'client' || value === 'server' || value === 'true';
}

function helmEffect(verb: string, flags: Flags): ClusterEffect {
  if (hasAny(flags, '--help', '-h')) return 'reads';
  if (verb === '' || !isKnown(verb)) return 'unknown';
  const [first = ''] = verb.split(' ');
  if (HELM_READS.has(first)) return 'reads';
  if (first === 'test') return 'inside';
  return isDryRun(flags) ? 'dry-run' : 'writes';
}

function effectOf(program: string, own: readonly string[], flags: Flags): ClusterEffect {
  const [verb = '', ...after] = own;
  if (hasAny(flags, '--help', '-h')) return 'reads';
  if (verb === '' || !isKnown(verb)) return 'unknown';
  if (INSIDE.has(verb)) return 'inside';
  if (verb === 'cp' || verb === 'rsync') return isRemote(after.at(-1)) ? 'writes' : 'reads';
  if (verb === 'adm' && program === 'oc') return admEffect(after, flags);
  if (READS.has(verb) || (verb === 'rollout' && after.length === 0)) return 'reads';
  if (READS_BELOW.get(verb)?.has(after[0] ?? '') === true) return 'reads';
  if (verb === 'policy' && hasAny(flags, '--list')) return 'reads';
  if (isDryRun(flags)) return 'dry-run';
  if (isLocal(verb, after, flags)) return 'reads';
  if (WRITES.has(verb)) return 'writes';
  return pluginReads(verb, after) ? 'reads' : 'writes';
}

/** `oc adm …`: what only looks, and what does nothing until it is confirmed. */
function admEffect([verb = '', below = '']: readonly string[], flags: Flags): ClusterEffect {
  if (OC_ADM_READS.has(verb) || OC_ADM_READS_BELOW.get(verb)?.has(below) === true) return 'reads';
  if (isDryRun(flags)) return 'dry-run';
  if (
    (verb === 'prune' || verb === 'migrate' || (verb === 'groups' && /^(sync|prune)$/.test(below))) &&
    !isOn(flags, '--confirm')
  )
    return 'dry-run';
  const looks = verb === 'upgrade' && !hasAny(flags, '--to', '--to-latest', '--to-image', '--clear', '--to-multi-arch');
  return looks && (below === '' || below === 'status') ? 'reads' : 'writes';
}

/** Prints what it would change, or lists what there is. */
function isLocal(verb: string, after: readonly string[], flags: Flags): boolean {
  if (/^(set|label|annotate|patch)$/.test(verb) && isOn(flags, '--local')) return true;
  if (/^(label|annotate|set)$/.test(verb) && isOn(flags, '--list')) return true;
  if (verb !== 'set') return false;
  const what = after[0] ?? '';
  if (/^(volumes?|triggers?)$/.test(what)) {
    const changes =
      '--add --remove --overwrite --auto --manual --from-config --from-image --from-webhook --from-github --remove-all';
    return !hasAny(flags, ...changes.split(' '));
  }
  return false;
}

const isRemote = (path: string | undefined): boolean =>
  path !== undefined && !/^([a-zA-Z]:\\|\.{0,2}\/)/.test(path) && path.includes(':');

function asksNothing(program: string, verb: string, flags: Flags): string | undefined {
  const isLocalVerb =
    /^(help|options|completion|config (view|current-context|get-contexts)|plugin list|env)$/.test(verb) ||
    (verb === 'version' && (program === 'helm' || isOn(flags, '--client')));
  if (isLocalVerb || hasAny(flags, '-h', '--help'))
    return `"${program} ${verb}" tells about this machine, not about the cluster`;
  if (verb === 'get' && isOn(flags, '--ignore-not-found'))
    return `"${program} get --ignore-not-found" ends with 0 also where nothing is there`;
  return undefined;
}

/** `config use-context`, `login`, `project`: it changes which cluster, namespace or identity later commands go to. */
export const changesTarget = ({ verb }: ClusterCall): boolean =>
  /^(login|logout|project|new-project|ctx|ns|config (use|set|delete|rename|unset)\S*)( |$)/.test(verb);
