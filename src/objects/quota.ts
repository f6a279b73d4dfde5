import { at, isRecord, type KubeObject, kindKey, numberAt, recordsAt, textAt } from './kube-object.ts';
import { podTemplateOf } from './pod-template.ts';
import {
  add,
  compareQuantity,
  formatQuantity,
  isZero,
  larger,
  parseQuantity,
  type Quantity,
  quantityOf,
  subtract,
  times,
  ZERO,
} from './quantity.ts';
import { offspringCounts } from './quota-offspring.ts';

/** By the names that a ResourceQuota uses: pods, requests.cpu, limits.memory, persistentvolumeclaims, count/jobs.batch … */
export type Needs = ReadonlyMap<string, Quantity>;

export type NeedsOptions = {
  /** Of kinds whose number of Pods the object doesn't say: a DaemonSet's nodes. Default 1. */
  readonly nodes?: number;
  /** The plural and group by which the API counts the kind (`deployments.apps`). Default: the kind in lower case with s. */
  readonly plural?: (object: KubeObject) => string;
};

/** What an object takes of a quota once it runs as it asks to. Custom resources: only themselves. */
export function needsOf(object: KubeObject, options: NeedsOptions = {}): Needs {
  const template = podTemplateOf(object);
  const pods =
    template === undefined ? new Map<string, Quantity>() : scale(podNeeds(template.spec), podsOf(object, options));
  return sum([
    pods,
    claimsOf(object, template === undefined ? 0 : podsOf(object, options)),
    servicesOf(object),
    offspringCounts(object, template === undefined ? 0 : Math.max(podsOf(object, options), endedPodsOf(object))),
    new Map([[`count/${plural(object, options)}`, quantityOf(1)], ...oldCounts(object)]),
  ]);
}

/** Which field says how many Pods more than wanted may run during a rollout, and what it is when it isn't given. */
const SURGES: Readonly<Record<string, { strategy: string; replaced: string; unset: string | number }>> = {
  'Deployment.apps': { strategy: 'strategy', replaced: 'Recreate', unset: '25%' },
  'DaemonSet.apps': { strategy: 'updateStrategy', replaced: 'OnDelete', unset: 0 },
};

/** What a rollout takes on top while old and new Pods run side by side; a Deployment's new ReplicaSet, too. */
export function surgeOf(object: KubeObject, options: NeedsOptions = {}): Needs {
  const template = podTemplateOf(object);
  const rule = Object.hasOwn(SURGES, kindKey(object)) ? SURGES[kindKey(object)] : undefined;
  if (template === undefined || rule === undefined) return new Map();
  const isRolling = textAt(object, 'spec', rule.strategy, 'type') !== rule.replaced;
  const given = at(object, 'spec', rule.strategy, 'rollingUpdate', 'maxSurge') ?? rule.unset;
  const wanted = podsOf(object, options);
  const surge = typeof given === 'number' ? given : Math.ceil((wanted * Number.parseFloat(String(given))) / 100);
  const more = isRolling && Number.isFinite(surge) ? surge : 0;
  return sum([more === 0 ? new Map() : scale(podNeeds(template.spec), more), offspringCounts(object, more, 'rollout')]);
}

export function podsOf(object: KubeObject, { nodes = 1 }: NeedsOptions = {}): number {
  switch (kindKey(object)) {
    case 'Pod':
      return 1;
    case 'DaemonSet.apps':
      return nodes;
    case 'Job.batch':
      return podsOfJob(at(object, 'spec'));
    case 'CronJob.batch':
      return at(object, 'spec', 'suspend') === true ? 0 : podsOfJob(at(object, 'spec', 'jobTemplate', 'spec'));
    default:
      return numberAt(object, 'spec', 'replicas') ?? 1;
  }
}

/** A Job's Pods stay until it goes, and `count/pods` counts those that have ended: one for each completion. */
function endedPodsOf(object: KubeObject): number {
  if (podsOf(object) === 0) return 0;
  const spec = kindKey(object) === 'CronJob.batch' ? at(object, 'spec', 'jobTemplate', 'spec') : at(object, 'spec');
  return ['Job.batch', 'CronJob.batch'].includes(kindKey(object)) ? (numberAt(spec, 'completions') ?? 1) : 0;
}

/** A suspended Job has no Pods; one never has more than it has completions to reach. */
const podsOfJob = (spec: unknown): number =>
  at(spec, 'suspend') === true
    ? 0
    : Math.min(numberAt(spec, 'parallelism') ?? 1, numberAt(spec, 'completions') ?? Number.MAX_SAFE_INTEGER);

/**
 * Of one Pod: its containers together, or one init container if that is more (init containers that go on running are
 * added to both), plus overhead; or what the Pod as a whole asks for. https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
 */
export function podNeeds(spec: unknown): Needs {
  const needs = new Map<string, Quantity>([['pods', quantityOf(1)]]);
  const overhead = amounts(spec, 'overhead');
  for (const side of ['requests', 'limits'] as const) {
    const containers = recordsAt(spec, 'containers').map((c) => sideOf(c, side));
    const running: Needs[] = [];
    let peak: Needs = new Map();
    for (const init of recordsAt(spec, 'initContainers')) {
      const own = sideOf(init, side);
      if (init.restartPolicy === 'Always') running.push(own);
      peak = most(peak, sum([...running, ...(init.restartPolicy === 'Always' ? [] : [own])]));
    }
    const effective = most(peak, sum([...containers, ...running]));
    const total = new Map([...effective, ...wholeOf(spec, side, effective)]);
    for (const [name, quantity] of overhead) {
      const has = total.get(name);
      if (side === 'requests' || has !== undefined) total.set(name, add(has ?? ZERO, quantity));
    }
    for (const [name, quantity] of total) {
      needs.set(`${side}.${name}`, quantity);
      if (side === 'requests') needs.set(name, quantity);
    }
  }
  return needs;
}

/** A request that isn't given is its limit. */
function sideOf(container: unknown, side: 'requests' | 'limits'): Needs {
  const limits = amounts(container, 'resources', 'limits');
  return side === 'limits' ? limits : new Map([...limits, ...amounts(container, 'resources', 'requests')]);
}

/** What the Pod as a whole says. A request that isn't given is what its containers ask for, else its limit. */
function wholeOf(spec: unknown, side: 'requests' | 'limits', ofContainers: Needs): Needs {
  const limits = amounts(spec, 'resources', 'limits');
  if (side === 'limits') return limits;
  const unsaid = [...limits].filter(([name]) => !ofContainers.has(name));
  return new Map([...unsaid, ...amounts(spec, 'resources', 'requests')]);
}

export function amounts(value: unknown, ...path: readonly string[]): Map<string, Quantity> {
  const found = path.reduce<unknown>((here, part) => (isRecord(here) ? here[part] : undefined), value);
  const map = new Map<string, Quantity>();
  for (const [name, amount] of isRecord(found) ? Object.entries(found) : []) {
    const quantity = parseQuantity(amount);
    if (quantity !== undefined) map.set(name, quantity);
  }
  return map;
}

/** A claim itself; what a StatefulSet's templates and generic ephemeral volumes make for each Pod. */
function claimsOf(object: KubeObject, pods: number): Needs {
  if (kindKey(object) === 'PersistentVolumeClaim') return claimNeeds(object.spec);
  const templates = kindKey(object) === 'StatefulSet.apps' ? recordsAt(object, 'spec', 'volumeClaimTemplates') : [];
  const ephemeral = recordsAt(podTemplateOf(object)?.spec, 'volumes').flatMap((volume) => {
    const template = at(volume, 'ephemeral', 'volumeClaimTemplate');
    return isRecord(template) ? [template] : [];
  });
  const each = [...templates, ...ephemeral].map((template) => claimNeeds(template.spec));
  if (each.length === 0) return new Map();
  return sum([scale(sum(each), pods), new Map([['count/persistentvolumeclaims', quantityOf(each.length * pods)]])]);
}

function claimNeeds(spec: unknown): Needs {
  const storage = amounts(spec, 'resources', 'requests').get('storage') ?? ZERO;
  const storageClass = textAt(spec, 'storageClassName');
  const needs: [string, Quantity][] = [
    ['persistentvolumeclaims', quantityOf(1)],
    ['requests.storage', storage],
  ];
  if (storageClass !== '') {
    needs.push([`${storageClass}.storageclass.storage.k8s.io/requests.storage`, storage]);
    needs.push([`${storageClass}.storageclass.storage.k8s.io/persistentvolumeclaims`, quantityOf(1)]);
  }
  return new Map(needs);
}

function servicesOf(object: KubeObject): Needs {
  if (kindKey(object) !== 'Service') return new Map();
  const type = textAt(object, 'spec', 'type');
  const ports = Math.max(1, recordsAt(object, 'spec', 'ports').length);
  const allocates =
    type === 'NodePort' ||
    (type === 'LoadBalancer' && !(isRecord(object.spec) && object.spec.allocateLoadBalancerNodePorts === false));
  return new Map([
    ['services', quantityOf(1)],
    ...(type === 'LoadBalancer' ? [['services.loadbalancers', quantityOf(1)] as const] : []),
    ...(allocates ? [['services.nodeports', quantityOf(ports)] as const] : []),
  ]);
}

/** The names that quotas had before count/…; Services and claims say theirs themselves. */
const OLD: Readonly<Record<string, string>> = {
  ConfigMap: 'configmaps',
  Secret: 'secrets',
  ReplicationController: 'replicationcontrollers',
  ResourceQuota: 'resourcequotas',
};
const oldCounts = (object: KubeObject): [string, Quantity][] => {
  const name = Object.hasOwn(OLD, kindKey(object)) ? OLD[kindKey(object)] : undefined;
  return name === undefined ? [] : [[name, quantityOf(1)]];
};

function plural(object: KubeObject, options: NeedsOptions): string {
  if (options.plural !== undefined) return options.plural(object);
  const [kind = '', ...group] = kindKey(object).split('.');
  const lower = kind.toLowerCase();
  const many = /(s|x|ch)$/.test(lower)
    ? `${lower}es`
    : /[^aeiou]y$/.test(lower)
      ? `${lower.slice(0, -1)}ies`
      : `${lower}s`;
  return [many, ...group].join('.');
}

export const scale = (needs: Needs, by: number): Needs => new Map([...needs].map(([name, q]) => [name, times(q, by)]));

export function sum(all: readonly Needs[]): Needs {
  const total = new Map<string, Quantity>();
  for (const needs of all) for (const [name, q] of needs) total.set(name, add(total.get(name) ?? ZERO, q));
  return total;
}

function most(a: Needs, b: Needs): Needs {
  const result = new Map(a);
  for (const [name, q] of b) result.set(name, larger(result.get(name) ?? ZERO, q));
  return result;
}

export type Shortfall = {
  readonly quota: string;
  readonly resource: string;
  readonly hard: string;
  readonly used: string;
  readonly left: string;
  readonly needed: string;
};

/** What doesn't fit into what is left of a ResourceQuota. Scoped quotas count only some Pods: those are left out here. */
export function shortfalls(needs: Needs, quota: KubeObject): Shortfall[] {
  const hard = amounts(quota, 'status', 'hard');
  const limits = hard.size > 0 ? hard : amounts(quota, 'spec', 'hard');
  const used = amounts(quota, 'status', 'used');
  return [...limits].flatMap(([resource, limit]) => {
    const needed = needs.get(resource);
    if (needed === undefined || isZero(needed)) return [];
    const taken = used.get(resource) ?? ZERO;
    const left = subtract(limit, taken);
    if (compareQuantity(needed, left) <= 0) return [];
    const style = /memory|storage|hugepages/.test(resource) ? 'binary' : 'decimal';
    const say = (q: Quantity) => formatQuantity(q, style);
    return [
      {
        quota: quota.metadata.name ?? '',
        resource,
        hard: say(limit),
        used: say(taken),
        left: say(left),
        needed: say(needed),
      },
    ];
  });
}

/** An empty list of scopes limits nothing. */
export const isScoped = (quota: KubeObject): boolean =>
  [at(quota, 'spec', 'scopes'), at(quota, 'spec', 'scopeSelector', 'matchExpressions')].some(
    (scopes) => Array.isArray(scopes) && scopes.length > 0,
  );
