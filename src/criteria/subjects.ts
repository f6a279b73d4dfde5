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

/**
 * Kinds that come of others, so that a criterion may be about them though no document names them. Not Secrets and
 * ConfigMaps: whoever watches a tree doesn't read those.
 */
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

const squeeze = (word: string): string => word.toLowerCase().replace(/[\s_-]+/g, '');

const singular = (word: string): readonly string[] => [
  word,
  word.replace(/ies$/, 'y'),
  word.replace(/es$/, ''),
  word.replace(/s$/, ''),
];

/** A word → the kind it means here: one of the subjects', or one that comes of them. */
export function kindNamed(word: string, subjects: readonly Subject[]): string | undefined {
  const bare = squeeze(word.split('.')[0] ?? word);
  const known = [...new Set([...subjects.map((s) => s.kind), ...OFFSPRING])];
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

const labelOf = (subject: Subject): string => `${subject.kind}/${subject.was ?? subject.name}`;

/** All subjects of a kind; without any, whatever of that kind comes of them. */
export function ofKind(kind: string, subjects: readonly Subject[]): Target {
  const own = subjects.filter((s) => s.kind === kind);
  return own.length === 0 ? { label: kind, subjects: [], kind } : { label: own.map(labelOf).join(', '), subjects: own };
}

/** `Kind/name`, `kind.group/name`. */
export function named(kindWord: string, name: string, subjects: readonly Subject[]): Resolved {
  const kind = kindNamed(kindWord, subjects);
  const found = subjects.find((s) => s.kind === kind && (s.was === name || s.name === name));
  if (found !== undefined) return { ok: true, target: { label: labelOf(found), subjects: [found] } };
  if (kind !== undefined && !subjects.some((s) => s.kind === kind)) {
    // Something that comes of them, by its own name.
    return { ok: true, target: { label: `${kind}/${name}`, subjects: [{ kind, name }] } };
  }
  return { ok: false, error: `there is no ${kindWord}/${name} among ${list(subjects)}` };
}

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
