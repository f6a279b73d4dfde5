import { hasAny, textOf } from '../flags.ts';
import { isClusterWide, isNamespaceKind, kindOf } from '../kinds.ts';
import { type NamedObject, objectsInFile, objectsInText } from '../manifest.ts';
import type { Io, Scope } from '../scope.ts';
import { isKnown, UNKNOWN, words } from '../text.ts';
import type { ClusterCall } from './call.ts';

/** Something that a command changes in a cluster. */
export type ClusterWrite = {
  /** `kubectl apply`, `flux reconcile`. */
  readonly what: string;
  /** Those it names; none: it depends on the context. One that isn't known before it runs carries the mark. */
  readonly namespaces: readonly string[];
  /** It changes things that belong to no namespace, or to all of them. */
  readonly everywhere: boolean;
  readonly contexts: readonly string[];
  /** undefined: which objects it changes can't be told from the command line. */
  readonly objects: readonly NamedObject[] | undefined;
};

/** `create` and `new-project` name what will be there. */
const NAMES_WITHOUT_KIND: ReadonlyMap<string, string> = new Map([
  ['run', 'pod'],
  ['new-project', 'namespace'],
  ['new-app', 'application'],
  ['new-build', 'buildconfig'],
  ['tag', 'imagestream'],
  ['import-image', 'imagestream'],
  ['start-build', 'build'],
  ['exec', 'pod'],
  ['rsh', 'pod'],
  ['attach', 'pod'],
  ['debug', 'pod'],
]);
/** Their operands may be `key=value`, `key-` and `container=image`, which name no object. */
const TAKES_PAIRS = words('label annotate taint set');
const BEYOND_NAMES = [
  '--all',
  '-l',
  '--selector',
  '--field-selector',
  '--prune',
  '-k',
  '--kustomize',
  '--raw',
] as const;

/** What a call that writes changes; `input` is what `-f -` reads. */
export function clusterWrite(call: ClusterCall, io: Io, scope: Scope): ClusterWrite {
  const named = namedObjects(call, io, scope);
  const objects =
    named.sure && named.objects.length > 0 && named.objects.every(({ name }) => isKnown(name))
      ? named.objects
      : undefined;
  const namespaces = call.namespaces.map((one) => one ?? UNKNOWN);
  const write: ClusterWrite = {
    what: whatOf(call),
    namespaces: namespaces.slice(-1),
    everywhere: call.all_namespaces || call.cluster_wide || named.everywhere,
    contexts: call.contexts.map((one) => one ?? UNKNOWN),
    objects,
  };
  if (write.everywhere || objects === undefined) return write;
  // A namespace is itself: what -n says about it doesn't matter.
  if (objects.every(({ kind }) => isNamespaceKind(kind)))
    return { ...write, namespaces: objects.map(({ name }) => name) };
  const written = objects.flatMap(({ namespace }) => (namespace === undefined ? [] : [namespace]));
  if (written.length === objects.length) return { ...write, namespaces: [...new Set(written)] };
  return write;
}

const whatOf = ({ program, verb }: ClusterCall): string =>
  !isKnown(verb)
    ? `${program} with a verb that isn't known before it runs`
    : `${program} ${/^(rollout|set|auth|certificate|adm) /.test(verb) ? verb : (verb.split(' ')[0] ?? '')}`;

type Named = { readonly objects: readonly NamedObject[]; readonly sure: boolean; readonly everywhere: boolean };

function namedObjects(call: ClusterCall, io: Io, scope: Scope): Named {
  if (call.tool === 'helm') return releases(call);
  const verb = call.verb.split(' ')[0] ?? '';
  let sure = !hasAny(call.flags, ...BEYOND_NAMES);
  const objects: NamedObject[] = [];
  const files = [...(call.flags.get('-f') ?? []), ...(call.flags.get('--filename') ?? [])];
  for (const file of files) {
    const found = typeof file === 'string' ? inFile(file, io, scope) : undefined;
    if (found === undefined) sure = false;
    else objects.push(...found);
  }
  const words = operandObjects(verb, call);
  const all = [...objects, ...words.objects];
  const kinds = [...words.kinds, ...all.map(({ kind }) => kind)];
  const unsure = words.kinds.includes('all') || (words.kinds.length > 0 && words.objects.length === 0);
  const everywhere = kinds.some(isClusterWide) || (words.kinds.some(isNamespaceKind) && all.length === 0);
  return { objects: made(verb, call, all), sure: sure && !unsure, everywhere };
}

const inFile = (file: string, io: Io, scope: Scope): readonly NamedObject[] | undefined =>
  file === '-' || file === '/dev/stdin'
    ? isKnown(io.stdin)
      ? objectsInText(io.stdin)
      : undefined
    : objectsInFile(file, scope);

/** `uninstall` takes several releases, the other verbs one. */
function releases(call: ClusterCall): Named {
  const several = /^(uninstall|delete|un|del)$/.test(call.verb);
  const names = several ? call.operands : call.operands.slice(0, 1);
  return { objects: names.map((name) => ({ kind: 'release', name })), sure: true, everywhere: false };
}

type Operands = { readonly objects: readonly NamedObject[]; readonly kinds: readonly string[] };

/** `TYPE NAME NAME`, `TYPE/NAME …`, `TYPE,TYPE NAME`, and the verbs that name no kind. */
function operandObjects(verb: string, call: ClusterCall): Operands {
  const { operands } = call;
  if (verb === 'create') return created(call);
  if (verb === 'cp' || verb === 'rsync') return copied(operands);
  const implied = NAMES_WITHOUT_KIND.get(verb);
  const [first] = operands;
  if (implied !== undefined) {
    if (first === undefined) return { objects: [], kinds: [] };
    return first.includes('/')
      ? { objects: [slashed(first)], kinds: [] }
      : { objects: [{ kind: implied, name: first }], kinds: [] };
  }
  const objects: NamedObject[] = [];
  let kinds: readonly string[] = [];
  for (const word of operands) {
    if (word.includes('=') || (TAKES_PAIRS.has(verb) && kinds.length + objects.length > 0 && /-$/.test(word))) continue;
    if (/^[\w.-]+\/[^=]+$/.test(word)) objects.push(slashed(word));
    else if (kinds.length === 0) kinds = word.split(',').map(kindOf);
    else for (const kind of kinds) objects.push({ kind, name: word });
  }
  return { objects, kinds };
}

const slashed = (word: string): NamedObject => {
  const at = word.indexOf('/');
  return { kind: kindOf(word.slice(0, at)), name: word.slice(at + 1) };
};

/** `create deployment web`, `create secret generic db`: the kind is the verb's second word. */
function created({ verb, operands }: ClusterCall): Operands {
  const [, kind] = verb.split(' ');
  const [first, second] = operands;
  const name = /^(secret|service|svc)$/.test(kind ?? '') ? second : first;
  if (kind === undefined || name === undefined) return { objects: [], kinds: kind === undefined ? [] : [kindOf(kind)] };
  return { objects: [{ kind: kindOf(kind), name }], kinds: [] };
}

/** `cp ./x NAMESPACE/POD:/path`. */
function copied(operands: readonly string[]): Operands {
  const [, namespace, name] = /^(?:([\w.-]+)\/)?([\w.-]+):/.exec(operands.at(-1) ?? '') ?? [];
  if (name === undefined) return { objects: [], kinds: [] };
  return { objects: [{ kind: 'pod', name, ...(namespace === undefined ? {} : { namespace }) }], kinds: [] };
}

/** What a verb makes beside the object that it names: a Service, an autoscaler. */
function made(verb: string, { flags }: ClusterCall, objects: readonly NamedObject[]): readonly NamedObject[] {
  const kind = verb === 'expose' ? 'service' : verb === 'autoscale' ? 'horizontalpodautoscaler' : undefined;
  if (kind === undefined) return objects;
  const name = textOf(flags, '--name');
  return objects.map((one) => ({ ...one, kind, name: name ?? one.name }));
}
