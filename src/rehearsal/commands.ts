import { type Discovery, resourcesNamed, splitApiVersion } from '../cluster/index.ts';
import { type ClusterCall, clusterCall, readManifests, type ShellCall, type World } from '../plan/index.ts';
import { changesTarget } from '../shell/index.ts';

/**
 * Which of the rollback's commands can be run against the copy: those that reach the cluster through kubectl alone, name
 * no namespace (the kubeconfig's is the copy's), and act on nothing that belongs to the whole cluster. Everything else
 * could do to the original, or outside, what is only to be tried.
 */
export type Reach = { readonly world: World; readonly discovery: Discovery };

/** Programs beside kubectl that only read what they are given and print. */
const HARMLESS: ReadonlySet<string> = new Set(
  'cat cut date echo egrep fgrep grep head jq printf seq sleep tail test tr true uniq wc ['.split(' '),
);
const NOT_HARMLESS: ReadonlySet<string> = new Set(['eval', 'exec', 'source', '.', 'trap', 'command', 'builtin']);
const KUBECTL = /^(kubectl|oc)(\.exe)?$/;

/** Writes of kubectl that are about the cluster, its nodes or the kubeconfig, whatever they name. */
const WIDE = /^(adm|certificate|config|cordon|uncordon|drain|taint|login|logout|project|new-project|plugin)\b/;
/** Their operands are a Pod, a container or a file, not a kind. */
const ON_PODS = /^(attach|cp|debug|exec|logs|port-forward|rsh|run)$/;

/** Why a command can't be tried in the copy; nothing: it can. */
export async function beyondTheCopy(command: string, reach: Reach): Promise<string | undefined> {
  const line = reach.world.parseCommand(command);
  const [problem] = line.problems;
  if (problem !== undefined) return problem.message;
  const file = line.redirects.find(
    (r) => r.operator.includes('>') && !/^(\/dev\/(null|stdout|stderr)|\d|-)$/.test(r.target ?? ''),
  );
  if (file !== undefined) return `it writes to ${file.target ?? 'a file'}`;
  for (const call of line.calls) {
    const why = await reachOf(call, reach);
    if (why !== undefined) return why;
  }
  return undefined;
}

async function reachOf(call: ShellCall, reach: Reach): Promise<string | undefined> {
  const program = call.program?.split('/').at(-1);
  if (program === undefined) return 'which program it runs is only known when it runs';
  if (!KUBECTL.test(program)) {
    const harmless = program === '' || HARMLESS.has(program) || (call.builtin && !NOT_HARMLESS.has(program));
    return harmless ? undefined : `${program} can reach further than the copy`;
  }
  const cluster = clusterCall(call);
  if (cluster === undefined) return "what it does can't be read";
  const words = call.args.map((arg) => arg.value ?? arg.text);
  const named = reach.world.namespaces.find((name) => words.some((word) => word.includes(`.${name}.svc`)));
  if (named !== undefined) return `it names the original namespace (${named})`;
  return targetOf(cluster) ?? kindsOf(cluster, call, reach) ?? (await filesOf(cluster, call, reach));
}

function targetOf(call: ClusterCall): string | undefined {
  const [namespace] = call.namespaces;
  if (call.namespaces.length > 0) return `it names the namespace ${namespace ?? 'that a variable holds'}`;
  if (call.all_namespaces) return 'it means all namespaces';
  if (call.elsewhere.length > 0) return `${call.elsewhere[0]} may lead to another cluster`;
  if (call.effect === 'unknown') return "what it does can't be read";
  if (changesTarget(call) || (call.effect !== 'reads' && WIDE.test(call.verb)))
    return `"${call.verb}" is about more than a namespace`;
  return undefined;
}

/** What it acts on, by kind: nothing that belongs to the whole cluster, and nothing that can't be told. */
function kindsOf(cluster: ClusterCall, call: ShellCall, { discovery }: Reach): string | undefined {
  if (cluster.effect === 'reads') return undefined;
  if (call.open_ended) return 'what it acts on is only known when it runs';
  const operands = cluster.operands.filter((word) => !word.includes('='));
  const [verb = '', made] = cluster.verb.split(' ');
  const words =
    verb === 'create' && made !== undefined
      ? [made]
      : operands.some((word) => word.includes('/'))
        ? operands.filter((word) => word.includes('/')).map((word) => word.split('/')[0] ?? '')
        : ON_PODS.test(verb)
          ? []
          : (operands[0] ?? '').split(',').filter((word) => word !== '');
  const files = [...cluster.filenames, ...cluster.kustomize];
  if (words.length === 0 && files.length === 0 && !ON_PODS.test(verb)) return "what it acts on can't be read";
  for (const word of words) {
    const scope = scopeOf(word, discovery);
    if (scope === 'cluster') return `${word} belongs to the whole cluster`;
    if (scope === undefined) return `which kind ${word} is can't be told here`;
  }
  return undefined;
}

/** `deploy`, `deployments.apps`, `Deployment`; a category (`all`) holds namespaced kinds or is refused. */
function scopeOf(word: string, discovery: Discovery): 'namespace' | 'cluster' | undefined {
  const found = resourcesNamed(discovery, word);
  if (found.length === 0) return undefined;
  return found.every((r) => r.namespaced) ? 'namespace' : 'cluster';
}

/** The objects in the files it names: none that names a namespace or belongs to the cluster. */
async function filesOf(cluster: ClusterCall, call: ShellCall, reach: Reach): Promise<string | undefined> {
  if (cluster.effect === 'reads' || ON_PODS.test(cluster.verb)) return undefined;
  if (call.args.some((arg) => arg.glob)) return 'which files it means is only known when it runs';
  for (const folder of cluster.kustomize) {
    const rendered = await reach.world.render?.kustomize?.(folder);
    if (rendered?.ok !== true) return `what ${folder} renders to can't be read`;
    const why = objectsIn(folder, rendered.text, reach);
    if (why !== undefined) return why;
  }
  for (const source of cluster.filenames) {
    if (source === '-') return 'what it is given on its input is only known when it runs';
    for (const file of await filesAt(source, reach)) {
      const text = await reach.world.files.read(file);
      const why = text === undefined ? `${file} can't be read` : objectsIn(file, text, reach);
      if (why !== undefined) return why;
    }
  }
  return undefined;
}

const MOST_FILES = 200;

async function filesAt(source: string, { world }: Reach): Promise<readonly string[]> {
  if ((await world.files.kind(source)) !== 'folder') return [source];
  const listed = (await world.files.list(source, MOST_FILES)) ?? [source];
  return listed.filter((file) => /\.(ya?ml|json)$/i.test(file));
}

function objectsIn(file: string, text: string, { discovery }: Reach): string | undefined {
  const { written, faults } = readManifests(text);
  if (faults.length > 0) return `${file} can't be read: ${faults[0]?.message}`;
  for (const { object } of written) {
    const name = `${object.kind}/${object.metadata.name}`;
    const { namespace } = object.metadata;
    if (namespace !== undefined) return `${file} says of ${name} that it is in the namespace ${namespace}`;
    const { group } = splitApiVersion(object.apiVersion);
    const served = discovery.find({ group, kind: object.kind });
    if (served === undefined) return `${name} in ${file} is of a kind that is not served here`;
    if (!served.namespaced) return `${name} in ${file} belongs to the whole cluster`;
  }
  return undefined;
}
