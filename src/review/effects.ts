import {
  at,
  isRecord,
  type KubeObject,
  podTemplateOf,
  referencesOf,
  selectorOf,
  subjectRef,
} from '../objects/index.ts';
import { leaves } from '../plan/index.ts';
import { type Fact, fact } from './fact.ts';
import type { Looked } from './object.ts';

/** What is in the deployment's namespaces beside the plan: the approver sees what the plan does to it. */
export type Surroundings = {
  readonly services: readonly KubeObject[];
  /** Deployments, StatefulSets, DaemonSets, ReplicaSets and Pods without a controller. */
  readonly workloads: readonly KubeObject[];
  readonly quotas: readonly KubeObject[];
  /** Kinds that could not be listed: nothing is known of them. */
  readonly unseen: readonly string[];
};

type Labels = Readonly<Record<string, string>>;

/** Effects on what is there: Services without endpoints, Pods that restart, readers of what changes. */
export function effectsOf(looked: readonly Looked[], around: Surroundings, namespace: string): Fact[] {
  const applied = looked.filter((l) => l.result !== undefined);
  const now = withHome(around.workloads, namespace);
  const planned = applied.flatMap((l) => (l.result === undefined ? [] : [homed(l.result, namespace)]));
  const later = merged(now, planned);
  return [
    ...unserved(
      around.services.map((s) => homed(s, namespace)),
      now,
      planned,
      later,
    ),
    ...restarted(applied),
    ...readers(applied, later),
  ];
}

const homed = (object: KubeObject, namespace: string): KubeObject =>
  object.metadata.namespace === undefined ? { ...object, metadata: { ...object.metadata, namespace } } : object;
const withHome = (objects: readonly KubeObject[], namespace: string) => objects.map((o) => homed(o, namespace));
const keyOf = (o: KubeObject): string => `${o.kind}/${o.metadata.namespace ?? ''}/${o.metadata.name ?? ''}`;

/** What is there once the plan is applied: the plan's objects in place of those of the same name. */
const merged = (now: readonly KubeObject[], planned: readonly KubeObject[]): KubeObject[] => [
  ...new Map([...now, ...planned].map((o) => [keyOf(o), o])).values(),
];

function unserved(
  services: readonly KubeObject[],
  now: readonly KubeObject[],
  planned: readonly KubeObject[],
  later: readonly KubeObject[],
): Fact[] {
  const after = merged(
    services,
    planned.filter((o) => o.kind === 'Service' && o.apiVersion === 'v1'),
  );
  return after.flatMap((service): Fact[] => {
    const selector = selectorOf(service);
    if (selector === undefined) return [];
    const was = services.find((s) => keyOf(s) === keyOf(service));
    const wasSelector = was === undefined ? undefined : selectorOf(was);
    const before = wasSelector === undefined ? [] : behind(now, wasSelector, service);
    const left = behind(later, selector, service);
    const name = `Service/${service.metadata.name ?? ''}`;
    const wanted = Object.entries(selector)
      .map(([k, v]) => `${k}=${v}`)
      .join(', ');
    if (before.length > 0 && left.length === 0)
      return [
        fact(
          3,
          `${name} would lose all its endpoints: it selects ${wanted}, and ${before.map(subjectRef).join(', ')} no longer has that or no Pods`,
        ),
      ];
    const lost = before.filter((b) => !left.some((l) => keyOf(l) === keyOf(b)));
    if (lost.length > 0)
      return [fact(2, `${name} would no longer reach ${lost.map(subjectRef).join(', ')} (it selects ${wanted})`)];
    const won = left.filter(
      (l) => now.some((n) => keyOf(n) === keyOf(l)) && was !== undefined && !before.some((b) => keyOf(b) === keyOf(l)),
    );
    if (won.length > 0) return [fact(2, `${name} would begin to reach ${won.map(subjectRef).join(', ')}`)];
    const joined = was === undefined ? [] : left.filter((l) => !now.some((n) => keyOf(n) === keyOf(l)));
    if (joined.length > 0 && before.length > 0)
      return [fact(2, `${name}, which is there, would also send traffic to ${joined.map(subjectRef).join(', ')}`)];
    if (left.length === 0 && planned.some((p) => keyOf(p) === keyOf(service)))
      return [fact(2, `${name} would have no endpoints: no workload has ${wanted}`)];
    const strangers = was === undefined ? left.filter((l) => !planned.some((p) => keyOf(p) === keyOf(l))) : [];
    return strangers.length === 0
      ? []
      : [
          fact(
            2,
            `${name} would send traffic to ${strangers.map(subjectRef).join(', ')}, which the plan does not bring`,
          ),
        ];
  });
}

const behind = (workloads: readonly KubeObject[], selector: Labels, service: KubeObject): KubeObject[] =>
  workloads.filter(
    (w) =>
      w.metadata.namespace === service.metadata.namespace &&
      at(w, 'spec', 'replicas') !== 0 &&
      Object.entries(selector).every(([key, value]) => labelsOf(w)[key] === value),
  );

const labelsOf = (workload: KubeObject): Labels =>
  workload.kind === 'Pod' ? (workload.metadata.labels ?? {}) : (podTemplateOf(workload)?.labels ?? {});

function restarted(applied: readonly Looked[]): Fact[] {
  return applied.flatMap(({ live, result }): Fact[] => {
    if (live === undefined || result === undefined || live.kind === 'CronJob') return [];
    const [was, is] = [podTemplateOf(live), podTemplateOf(result)];
    if (was === undefined || is === undefined) return [];
    const replicas = (o: KubeObject) => at(o, 'spec', 'replicas');
    const size: Fact[] =
      replicas(live) !== replicas(result) && replicas(result) !== undefined
        ? [
            fact(
              replicas(result) === 0 ? 3 : 1,
              `${subjectRef(result)} goes from ${String(replicas(live) ?? 1)} to ${String(replicas(result))} replicas`,
            ),
          ]
        : [];
    if (leaves(was, is).length === 0) return size;
    const all = at(result, 'spec', 'strategy', 'type') === 'Recreate';
    return [
      ...size,
      fact(all ? 2 : 1, `restarts the Pods of ${subjectRef(result)}${all ? ', all at once (Recreate)' : ''}`),
    ];
  });
}

/** Who reads a ConfigMap or Secret that changes: a running container sees it without having been changed itself. */
function readers(applied: readonly Looked[], later: readonly KubeObject[]): Fact[] {
  return applied.flatMap(({ live, result }): Fact[] => {
    if (live === undefined || result === undefined || !['ConfigMap', 'Secret'].includes(result.kind)) return [];
    const changed = (['data', 'stringData', 'binaryData'] as const).some(
      (field) =>
        leaves(isRecord(live[field]) ? live[field] : {}, isRecord(result[field]) ? result[field] : {}).length > 0,
    );
    if (!changed) return [];
    const using = later.filter((w) =>
      referencesOf(w).some((r) => r.kind === result.kind && r.name === result.metadata.name),
    );
    return using.length === 0
      ? []
      : [fact(2, `${subjectRef(result)} changes under ${using.map(subjectRef).join(', ')}`)];
  });
}
