import type { ShellCall, ShellLine } from './world.ts';

/** What a call of kubectl, oc or helm would do, and to which cluster and namespace. */
export type ClusterCall = {
  readonly tool: 'kubectl' | 'helm';
  /** `get`, `rollout status`, `upgrade`; '' when there is none. */
  readonly verb: string;
  readonly effect: 'reads' | 'writes' | 'dry-run' | 'inside' | 'unknown';
  /** Another target than the deployment's can be meant by these. */
  readonly namespaces: readonly (string | undefined)[];
  readonly all_namespaces: boolean;
  readonly contexts: readonly (string | undefined)[];
  /** `--kubeconfig`, `--server`, `--token` …: another way to a cluster. */
  readonly elsewhere: readonly string[];
  /** What follows the verb and isn't an option. */
  readonly operands: readonly string[];
  /** -f, --filename. */
  readonly filenames: readonly string[];
  readonly kustomize: readonly string[];
  readonly selectors: readonly string[];
  /** --image, and `container=image` of `set image`; undefined: only known when it runs. */
  readonly images: readonly (string | undefined)[];
  readonly every: boolean;
  /** -w, --watch, -f of logs: it doesn't end by itself. */
  readonly endless: boolean;
  /** Why it ends with 0 whatever is in the cluster. */
  readonly asks_nothing: string | undefined;
};

/** Options of kubectl, oc and helm that take the next word. */
const VALUED: ReadonlySet<string> = new Set(
  (
    '-n --namespace --context --kube-context --cluster --kubeconfig --user -s --server --token --kube-token --kube-apiserver ' +
    '--as --as-group --as-uid --kube-as-user --kube-as-group --certificate-authority --client-certificate --client-key ' +
    '--request-timeout --cache-dir --profile --tls-server-name --username --password -v --v --vmodule --log-dir ' +
    '-o --output -l --selector --field-selector -f --filename -k --kustomize --sort-by --template --type -p --patch ' +
    '--patch-file --replicas --current-replicas --timeout --for --image --from-literal --from-file --from-env-file ' +
    '-c --container --tail --since --since-time --limit --chunk-size --grace-period --field-manager --cascade --dry-run ' +
    '--to-revision --revision --values --set --set-string --set-file --set-json --version --repo --overrides --port ' +
    '--env --restart --raw --subresource --resource-version -L --label-columns --max-log-requests --description ' +
    '--history-max --post-renderer --username --ca-file --cert-file --key-file --keyring --registry-config ' +
    '--repository-cache --repository-config -i --interval --duration --resource --api-group --verbs'
  ).split(' '),
);

const READS: ReadonlySet<string> = new Set([
  'get',
  'describe',
  'logs',
  'top',
  'explain',
  'api-resources',
  'api-versions',
  'version',
  'wait',
  'cluster-info',
  'diff',
  'events',
  'kustomize',
  'options',
  'help',
  'completion',
  'whoami',
  'status',
  'auth can-i',
  'auth whoami',
  'rollout status',
  'rollout history',
  'config view',
  'config current-context',
  'config get-contexts',
  'plugin list',
  'adm top',
  'get-token',
  'port-forward',
  'proxy',
  'projects',
  'process',
]); // prettier-ignore
const HELM_READS: ReadonlySet<string> = new Set([
  'list',
  'ls',
  'status',
  'get',
  'get all',
  'get hooks',
  'get manifest',
  'get metadata',
  'get notes',
  'get values',
  'history',
  'show',
  'search',
  'template',
  'lint',
  'version',
  'env',
  'verify',
  'dependency list',
  'help',
  'completion',
]); // prettier-ignore
const TWO_WORDS: ReadonlySet<string> = new Set([
  'rollout',
  'auth',
  'config',
  'plugin',
  'set',
  'adm',
  'policy',
  'certificate',
  'dependency',
  'repo',
  'create',
]); // prettier-ignore
/** Runs something in a container: what it does there can't be read from the line. */
const INSIDE: ReadonlySet<string> = new Set(['exec', 'rsh', 'attach', 'test']);
const KUBECTL = /^(kubectl|oc|kubecolor|k)(\.exe)?$/;
const HELM = /^(helm|helm3)(\.exe)?$/;

const ELSEWHERE =
  /^(--kubeconfig|--server|-s|--cluster|--user|--token|--kube-token|--kube-apiserver|--as|--as-group|--as-uid|--kube-as-user|--kube-as-group|--client-certificate|--client-key|--username|--password|--insecure-skip-tls-verify|--kube-insecure-skip-tls-verify)$/;

/** Programs that only talk about others. */
const TALKERS = /^(echo|printf|e?f?grep|rg|which|type|command|test|\[|\[\[|man|ls|stat|file|hash)$/;

const nameOf = (word: string | undefined): string => word?.split('/').at(-1) ?? '';
const isTool = (name: string): boolean => KUBECTL.test(name) || HELM.test(name);

/** The tool and its words; also behind a program that runs its arguments (`ssh host kubectl …`, `flock f kubectl …`). */
function toolOf(call: ShellCall): { name: string; args: ShellCall['args'] } | undefined {
  const program = nameOf(call.program);
  if (isTool(program)) return { name: program, args: call.args };
  if (TALKERS.test(program)) return undefined;
  const at = call.args.findIndex((word) => word.value !== 'k' && isTool(nameOf(word.value)));
  if (at < 0 || at === call.args.length - 1) return undefined;
  return { name: nameOf(call.args[at]?.value), args: call.args.slice(at + 1) };
}

export function clusterCall(call: ShellCall): ClusterCall | undefined {
  const found = toolOf(call);
  if (found === undefined) return undefined;
  const tool = HELM.test(found.name) ? 'helm' : 'kubectl';
  const options = read(found.args);
  const [first = '', second = ''] = options.operands;
  const two = TWO_WORDS.has(first) || (tool === 'helm' && first === 'get');
  const verb = two ? `${first} ${second}`.trim() : first;
  return {
    tool,
    verb,
    effect: effectOf(tool, verb, options),
    namespaces: options.values('-n', '--namespace'),
    all_namespaces: options.flags.some((f) => /^(-A|--all-namespaces$|--all-namespaces=true$)/.test(f)),
    contexts: options.values('--context', '--kube-context'),
    elsewhere: options.names.filter((name) => ELSEWHERE.test(name) && !(tool === 'helm' && name === '-s')),
    operands: options.operands.slice(two ? 2 : 1),
    filenames: options.values('-f', '--filename', '--values').filter((v) => v !== undefined),
    kustomize: options.values('-k', '--kustomize').filter((v) => v !== undefined),
    selectors: options.values('-l', '--selector').filter((v) => v !== undefined),
    images: [
      ...options.values('--image'),
      ...(verb === 'set image' ? options.operands.filter((o) => o.includes('=')) : []),
    ],
    every: options.flags.includes('--all'),
    endless:
      verb === 'port-forward' ||
      verb === 'proxy' ||
      options.flags.some((f) => /^(-w|--watch|--watch-only|--follow)$/.test(f)) ||
      (verb === 'logs' && options.flags.includes('-f')),
    asks_nothing: asksNothing(found.name, verb, options.flags),
  };
}

/** Answered from this machine alone. */
const LOCAL: ReadonlySet<string> = new Set([
  'help',
  'options',
  'completion',
  'config view',
  'config current-context',
  'config get-contexts',
  'plugin list',
  'env',
]); // prettier-ignore

function asksNothing(tool: string, verb: string, flags: readonly string[]): string | undefined {
  const says = (flag: RegExp) => flags.some((f) => flag.test(f));
  const isLocal = LOCAL.has(verb) || (verb === 'version' && (HELM.test(tool) || says(/^--client(=true)?$/)));
  if (isLocal || says(/^(-h|--help)$/)) return `"${tool} ${verb}" tells about this machine, not about the cluster`;
  if (verb === 'get' && says(/^--ignore-not-found(=true)?$/))
    return `"${tool} get --ignore-not-found" ends with 0 also where nothing is there`;
  return undefined;
}

type Options = {
  readonly operands: readonly string[];
  readonly flags: readonly string[];
  readonly names: readonly string[];
  /** undefined: given, but only known when it runs. */
  values(...names: readonly string[]): readonly (string | undefined)[];
};

function read(args: ShellCall['args']): Options {
  const operands: string[] = [];
  const flags: string[] = [];
  const given: { name: string; value: string | undefined }[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index];
    if (word === undefined) break;
    const text = word.value ?? word.text;
    if (text === '--') break; // what follows is run in a container, or is none of kubectl's
    if (!text.startsWith('-') || text === '-') {
      operands.push(text);
      continue;
    }
    flags.push(text);
    const long = /^(--[\w-]+)=(.*)$/s.exec(text);
    const short = /^(-[a-zA-Z])=?(.+)$/s.exec(text);
    if (long !== null) given.push({ name: long[1] ?? '', value: word.value === undefined ? undefined : long[2] });
    else if (VALUED.has(text)) {
      given.push({ name: text, value: args[index + 1]?.value });
      index += 1;
    } else if (short !== null && !text.startsWith('--') && VALUED.has(short[1] ?? '')) {
      given.push({ name: short[1] ?? '', value: word.value === undefined ? undefined : short[2] });
    } else given.push({ name: text, value: '' });
  }
  return {
    operands,
    flags,
    names: given.map((g) => g.name),
    values: (...names) => given.filter((g) => names.includes(g.name)).map((g) => g.value),
  };
}

function effectOf(tool: 'kubectl' | 'helm', verb: string, options: Options): ClusterCall['effect'] {
  if (options.flags.some((f) => f === '-h' || f === '--help')) return 'reads';
  if (verb === '') return 'unknown';
  const reads = tool === 'helm' ? HELM_READS : READS;
  if (reads.has(verb) || (reads.has(verb.split(' ')[0] ?? '') && !TWO_WORDS.has(verb.split(' ')[0] ?? '')))
    return 'reads';
  if (INSIDE.has(verb)) return 'inside';
  const dry = options.values('--dry-run');
  const simulated = dry.some(
    (value) => value === 'client' || value === 'server' || (tool === 'helm' && value !== 'none' && value !== 'false'),
  );
  return simulated ? 'dry-run' : 'writes';
}

export const clusterCalls = (line: ShellLine): ClusterCall[] => line.calls.flatMap((call) => clusterCall(call) ?? []);
