import { isCustom } from '../objects/index.ts';
import type { Subject, Target } from './predicate.ts';

/** Other words for kinds: kubectl's short names, and how people say them. */
const ALIASES: Readonly<Record<string, string>> = {
  po: 'Pod',
  pods: 'Pod',
  container: 'Pod',
  containers: 'Pod',
  pvc: 'PersistentVolumeClaim',
  claim: 'PersistentVolumeClaim',
  volume: 'PersistentVolumeClaim',
  volumeclaim: 'PersistentVolumeClaim',
  storage: 'PersistentVolumeClaim',
  pv: 'PersistentVolume',
  deploy: 'Deployment',
  sts: 'StatefulSet',
  ds: 'DaemonSet',
  rs: 'ReplicaSet',
  cj: 'CronJob',
  svc: 'Service',
  ing: 'Ingress',
  ns: 'Namespace',
  cm: 'ConfigMap',
  sa: 'ServiceAccount',
  ep: 'EndpointSlice',
  endpoints: 'EndpointSlice',
  hpa: 'HorizontalPodAutoscaler',
  pdb: 'PodDisruptionBudget',
  crd: 'CustomResourceDefinition',
  netpol: 'NetworkPolicy',
  dc: 'DeploymentConfig',
  sub: 'Subscription',
  csv: 'ClusterServiceVersion',
  cert: 'Certificate',
  app: 'Application',
  ksvc: 'Service',
};

/** Kinds that come of others, so that a criterion may be about them though no document names them. */
const OFFSPRING = [
  'Pod',
  'ReplicaSet',
  'PersistentVolumeClaim',
  'Job',
  'Service',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'EndpointSlice',
] as const;

/** Kinds that only a custom resource's controller or a program makes; a criterion may name them where there is one. */
const MADE_BY_NAME = ['Secret', 'ConfigMap', 'ServiceAccount', 'Certificate', 'Ingress', 'Route', 'CronJob'] as const;

const squeeze = (word: string): string => word.toLowerCase().replace(/[\s_-]+/g, '');

const singular = (word: string): readonly string[] => [
  word,
  word.replace(/ies$/, 'y'),
  word.replace(/es$/, ''),
  word.replace(/s$/, ''),
];

/** A word → the kind it means here: one of the subjects', or one that comes of them; by its name, more kinds may. */
export function kindNamed(
  word: string,
  subjects: readonly Subject[],
  by: 'kind' | 'name' = 'kind',
): string | undefined {
  const bare = squeeze(word.split('.')[0] ?? word);
  const more = by === 'name' ? MADE_BY_NAME : [];
  const known = [...new Set([...subjects.map((s) => s.kind), ...OFFSPRING, ...more])];
  for (const form of singular(bare)) {
    const kind = known.find((k) => k.toLowerCase() === form);
    if (kind !== undefined) return kind;
  }
  for (const form of singular(bare)) {
    const alias = Object.hasOwn(ALIASES, form) ? ALIASES[form] : undefined;
    if (alias !== undefined && known.includes(alias)) return alias;
  }
  return undefined;
}

export type Resolved = { readonly ok: true; readonly target: Target } | { readonly ok: false; readonly error: string };

export const labelOf = (subject: Subject): string => `${subject.kind}/${subject.was ?? subject.name}`;

/** All subjects of a kind; without any, whatever of that kind comes of them. */
export function ofKind(kind: string, subjects: readonly Subject[]): Target {
  const own = subjects.filter((s) => s.kind === kind);
  return own.length === 0 ? { label: kind, subjects: [], kind } : { label: own.map(labelOf).join(', '), subjects: own };
}

/** `Kind/name`, `kind.group/name`, in a namespace or in whichever it is. */
export function named(
  kindWord: string,
  name: string,
  subjects: readonly Subject[],
  namespace: string | undefined = undefined,
): Resolved {
  const kind = kindNamed(kindWord, subjects, 'name');
  const group = kindWord.includes('.') ? kindWord.slice(kindWord.indexOf('.') + 1).toLowerCase() : '';
  const isIt = (s: Subject) =>
    s.kind === kind && (s.was === name || s.name === name) && (group === '' || isOfGroup(s, group));
  const found = subjects.filter(isIt);
  const here = found.find((s) => namespace === undefined || s.namespace === undefined || s.namespace === namespace);
  const [elsewhere] = found;
  if (here !== undefined) {
    const subject = namespace === undefined ? here : { ...here, namespace };
    return { ok: true, target: { label: labelOf(here), subjects: [subject] } };
  }
  if (elsewhere !== undefined) {
    return { ok: false, error: `${labelOf(elsewhere)} is in namespace ${elsewhere.namespace}, not in ${namespace}` };
  }
  const maker = kind === undefined ? undefined : makerOf(kind, name, subjects);
  if (kind !== undefined && maker !== undefined) {
    const made = maker.was === undefined ? name : renamedWith(maker, maker.was, name);
    const where = namespace === undefined ? {} : { namespace };
    return { ok: true, target: { label: `${kind}/${name}`, subjects: [{ kind, name: made, ...where }] } };
  }
  return { ok: false, error: `there is no ${kindWord}/${name} among ${list(subjects)}` };
}

const isOfGroup = (subject: Subject, group: string): boolean => {
  const [own = '', version] = (subject.apiVersion ?? '').toLowerCase().split('/');
  // kubectl's `kind.group` and `kind.version.group`, and `deployments.apps` where the version isn't known.
  return (
    subject.apiVersion === undefined ||
    (version === undefined ? group.startsWith('v') : group === own || group.endsWith(`.${own}`))
  );
};

/**
 * May something of this kind and name come of these objects? Pods and the like by any name where no object of their kind
 * is among them; else only by a name that follows from another's (`pg-rw` of a Cluster `pg`), so that a misspelt name is
 * an error and not something that never comes. Returns the object that it follows from, or any that may make it.
 */
function makerOf(kind: string, name: string, subjects: readonly Subject[]): Subject | undefined {
  const others = subjects.filter((s) => s.kind !== kind);
  const follows = others.find((s) =>
    [s.was, s.name].some((own) => own !== undefined && (name === own || name.startsWith(`${own}-`))),
  );
  if (follows !== undefined || kind === 'Pod') return follows ?? subjects[0];
  if (subjects.some((s) => s.kind === kind)) return undefined;
  const byName: readonly string[] = MADE_BY_NAME;
  return byName.includes(kind) ? others.find(mayMakeAnything) : others[0];
}

/** A custom resource's controller or a Job's program may create whatever it likes. */
const mayMakeAnything = ({ kind, apiVersion }: Subject): boolean =>
  kind === 'Job' || kind === 'CronJob' || apiVersion === undefined || isCustom({ apiVersion });

/** A run gives its objects fresh names, and what is made of them follows those: `pg-rw` is `pg-7f3a-rw` then. */
const renamedWith = (maker: Subject, was: string, name: string): string =>
  name === was || name.startsWith(`${was}-`) ? `${maker.name}${name.slice(was.length)}` : name;

/** A criterion that names nothing is about the only object there is. */
export function only(subjects: readonly Subject[]): Resolved {
  const [first, ...rest] = subjects;
  if (first === undefined) return { ok: false, error: 'there is no object that it could be about' };
  if (rest.length > 0) return { ok: false, error: `say which object it is about (Kind/name: …): ${list(subjects)}` };
  return { ok: true, target: { label: labelOf(first), subjects: [first] } };
}

/** Everything together: for what is about the whole. */
export const whole = (subjects: readonly Subject[]): Target => ({ label: list(subjects), subjects });

export const list = (subjects: readonly Subject[]): string =>
  subjects.length === 0 ? 'nothing' : subjects.map(labelOf).join(', ');
