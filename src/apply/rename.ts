import type { KubeObject } from '../objects/kube-object.ts';
import { groupOf, isRecord } from './ref.ts';

export type Renamed = {
  readonly objects: readonly KubeObject[];
  /** What each was called in the spec, by position. */
  readonly names: readonly { readonly kind: string; readonly from: string; readonly to: string }[];
};

/**
 * A Service's name is a DNS label (63); a CronJob's Jobs add 11 to its own, and so does the revision that a StatefulSet's
 * Pods are labelled with.
 */
const LONGEST: Readonly<Record<string, number>> = { CronJob: 52, StatefulSet: 52 };
const LONGEST_NAME = 63;

/**
 * Pure: a set of documents under names of its own (the given name, a hyphen, the suffix), so that nothing that is there
 * can be meant. References between the documents move with them; references to what is outside the set stay.
 */
export function rename(objects: readonly KubeObject[], suffix: string): Renamed {
  const taken = new Set<string>();
  const names = objects.map((object) => {
    const from =
      object.metadata.name ?? object.metadata.generateName?.replace(/(?<!-)-+$/, '') ?? object.kind.toLowerCase();
    // Two that leave their names to the server, or differ only where a long name is cut off, must not become one.
    let to = fresh(object.kind, from, suffix);
    for (let n = 2; taken.has(keyOf(object, to)); n++) to = fresh(object.kind, from, `${n}-${suffix}`);
    taken.add(keyOf(object, to));
    return { kind: object.kind, from, to };
  });
  const renaming = lookup(names);
  const renamed = objects.map((object, index): KubeObject => {
    const { generateName: _, ...metadata } = object.metadata;
    const rest = Object.entries(object).filter(([key]) => !['apiVersion', 'kind', 'metadata'].includes(key));
    const moved = rest.map(([key, value]) => [key, walk(value, [key], renaming)]);
    return {
      ...Object.fromEntries(moved),
      apiVersion: object.apiVersion,
      kind: object.kind,
      metadata: { ...metadata, name: names[index]?.to ?? '' },
    };
  });
  return { objects: renamed, names };
}

const keyOf = ({ apiVersion, kind }: KubeObject, name: string): string => `${groupOf(apiVersion)}/${kind}/${name}`;

function fresh(kind: string, name: string, suffix: string): string {
  const most = (LONGEST[kind] ?? LONGEST_NAME) - suffix.length - 1;
  return `${name.slice(0, most).replace(/(?<![-.])[-.]+$/, '')}-${suffix}`;
}

type Renaming = {
  /** The new name of an object of the set, if there is one of that kind (in lower case) and name. */
  of(kind: string, name: string): string | undefined;
  /** Service names that occur as hosts in a text. */
  hosts(text: string): string;
};

function lookup(names: Renamed['names']): Renaming {
  const byKind = new Map(names.map((n) => [`${n.kind.toLowerCase()}/${n.from}`, n.to]));
  const services = names.filter((n) => n.kind === 'Service');
  return {
    of: (kind, name) => byKind.get(`${kind.toLowerCase()}/${name}`),
    hosts: (text) => services.reduce((left, { from, to }) => renameHost(left, from, to), text),
  };
}

/** `redis:6379`, `//redis/…`, `user@redis`, `redis.ns.svc`: a name where only a host can stand. */
function renameHost(text: string, from: string, to: string): string {
  const name = from.replaceAll('.', '\\.');
  return text
    .replace(new RegExp(`(^|[\\s"'=,/@])${name}(?=:\\d|\\.[a-z0-9-]+\\.svc\\b|\\.svc\\b)`, 'g'), `$1${to}`)
    .replace(new RegExp(`(//|@)${name}(?=[:/?"'\\s,]|$)`, 'g'), `$1${to}`);
}

/** Fields that hold a name as a plain string, by their own name (Pod, PVC, Ingress, Certificate, StatefulSet …). */
const NAMED_BY: readonly (readonly [RegExp, string])[] = [
  [/^(.*S|s)ecretName$/, 'Secret'],
  [/^(.*C|c)onfigMapName$/, 'ConfigMap'],
  [/^claimName$/, 'PersistentVolumeClaim'],
  [/^serviceAccount(Name)?$/, 'ServiceAccount'],
  [/^serviceName$/, 'Service'],
];

/** What a list or map is called → the kind that the `name` in it is of, where that isn't in its own name. */
const KIND_OF: Readonly<Record<string, string>> = {
  imagepullsecrets: 'Secret',
  secretkey: 'Secret',
  configmapkey: 'ConfigMap',
  backend: 'Service',
  claim: 'PersistentVolumeClaim',
  parent: 'Gateway',
};

function walk(value: unknown, path: readonly string[], renaming: Renaming): unknown {
  const key = path.at(-1) ?? '';
  if (typeof value === 'string') return renamedText(value, path, key, renaming);
  if (Array.isArray(value)) return value.map((item) => walk(item, path, renaming));
  if (!isRecord(value)) return value;
  // Labels and selectors say what is alike, not what it is called.
  if (key === 'labels' || key === 'annotations' || key === 'selector' || key === 'matchLabels') return value;
  const moved = Object.fromEntries(Object.entries(value).map(([k, v]) => [k, walk(v, [...path, k], renaming)]));
  const to = typeof value.name === 'string' ? targetName(value, value.name, key, renaming) : undefined;
  return to === undefined ? moved : { ...moved, name: to };
}

function renamedText(text: string, path: readonly string[], key: string, renaming: Renaming): string {
  for (const [field, kind] of NAMED_BY) {
    if (field.test(key)) return renaming.of(kind, text) ?? text;
  }
  const isEnvValue = key === 'value' && path.includes('env');
  if (isEnvValue) return renaming.of('Service', text) ?? renaming.hosts(text);
  if (key === 'args' || key === 'command' || path[0] === 'data' || path[0] === 'stringData')
    return renaming.hosts(text);
  return text;
}

/** `{kind, name}` names its kind; `secretRef: {name}`, `cluster: {name}`, `backendRefs: [{name}]` say it in the field. */
function targetName(
  reference: Record<string, unknown>,
  name: string,
  key: string,
  renaming: Renaming,
): string | undefined {
  if (typeof reference.kind === 'string') return renaming.of(reference.kind, name);
  const bare = key.replace(/(Refs?|References?|Selector)$/, '');
  const known = KIND_OF[key.toLowerCase()] ?? KIND_OF[bare.toLowerCase().replace(/s$/, '')];
  if (known !== undefined) return renaming.of(known, name);
  return renaming.of(bare, name) ?? renaming.of(bare.replace(/s$/, ''), name) ?? lastWord(bare, name, renaming);
}

/** `superuserSecret: {name}`, `externalConfigMap: {name}`. */
function lastWord(key: string, name: string, renaming: Renaming): string | undefined {
  const kind = /(Secret|ConfigMap|Service|ServiceAccount|Issuer|PersistentVolumeClaim)$/.exec(key)?.[1];
  return kind === undefined ? undefined : renaming.of(kind, name);
}
