import { at, type Condition, conditionsIn, type KubeObject, recordsAt, textAt } from '../../kube-object.ts';
import { contraryOf } from '../conditions.ts';
import { behind, needs, type Reader, type Reading, ready, waiting } from '../reading.ts';

export const knative: Reader = (object) => behind(object) ?? needs(object, 'Ready') ?? ready('Ready', 'Ready is True');

/** One entry of a list of the status that has conditions of its own: these must be True and none may contradict. */
function entry(
  object: KubeObject,
  what: string,
  conditions: readonly Condition[],
  types: readonly string[],
): Reading | undefined {
  for (const type of types) {
    const condition = conditions.find((c) => c.type === type);
    if (condition === undefined) return waiting(`No${type}Condition`, `${what} has no condition ${type} yet`);
    const late = behind(object, condition);
    if (late !== undefined) return late;
    if (condition.status !== 'True') return waiting(condition.reason || `Not${type}`, `${what}: ${condition.message}`);
  }
  const against = contraryOf(conditions);
  if (against === undefined) return undefined;
  return waiting(against.reason || against.type, `${what}: ${against.type} is ${against.status}: ${against.message}`);
}

/**
 * A Gateway is Programmed as soon as some of it is; each listener says for itself whether it is, and whether its
 * certificates were found (https://gateway-api.sigs.k8s.io/reference/spec/#listenerconditiontype).
 */
export const gateway: Reader = (object) => {
  for (const type of ['Accepted', 'Programmed']) {
    const no = needs(object, type);
    if (no !== undefined) return no;
  }
  for (const listener of recordsAt(object, 'status', 'listeners')) {
    const conditions = conditionsIn(listener.conditions);
    const open = conditions.find(({ type, status }) =>
      type === 'Conflicted'
        ? status === 'True'
        : ['Accepted', 'Programmed', 'ResolvedRefs'].includes(type) && status !== 'True',
    );
    const what = `listener ${textAt(listener, 'name')}`;
    if (open !== undefined)
      return waiting(open.reason || `Not${open.type}`, `${what}: ${open.type} is ${open.status}: ${open.message}`);
    const late = conditions.map((c) => behind(object, c)).find((l) => l !== undefined);
    if (late !== undefined) return late;
  }
  const reported = new Set(recordsAt(object, 'status', 'listeners').map((listener) => textAt(listener, 'name')));
  const silent = recordsAt(object, 'spec', 'listeners').find((listener) => !reported.has(textAt(listener, 'name')));
  if (silent !== undefined && reported.size > 0)
    return waiting('ListenerNotReported', `nothing is reported of listener ${textAt(silent, 'name')} yet`);
  return ready('Programmed', 'Accepted and Programmed are True, of it and of each listener');
};

const REFERENCE = ['group', 'kind', 'namespace', 'name', 'sectionName', 'port'] as const;
const DEFAULTS: Readonly<Record<string, string>> = { group: 'gateway.networking.k8s.io', kind: 'Gateway' };

/** The same parent: what one of the two leaves out is its default, or the route's own namespace. */
function isParent(object: KubeObject, wanted: unknown, reported: unknown): boolean {
  return REFERENCE.every((field) => {
    const fallback = field === 'namespace' ? object.metadata.namespace : DEFAULTS[field];
    const [a, b] = [wanted, reported].map((ref) => at(ref, field) ?? fallback);
    return a === b;
  });
}

/** Routes of the Gateway API report once for each parent; what is said of a parent that is no longer named counts no more. */
export const gatewayRoute: Reader = (object) => {
  const parents = recordsAt(object, 'status', 'parents');
  const wanted = recordsAt(object, 'spec', 'parentRefs');
  if (wanted.length === 0) return parentless(object, parents);
  for (const parent of wanted) {
    const name = [textAt(parent, 'name'), textAt(parent, 'sectionName')].filter((part) => part !== '').join('/');
    const reports = parents.filter((one) => isParent(object, parent, one.parentRef));
    if (reports.length === 0) return waiting('NotAttached', `gateway ${name} has not taken it up`);
    for (const report of reports) {
      const no = entry(object, `gateway ${name}`, conditionsIn(report.conditions), ['Accepted', 'ResolvedRefs']);
      if (no !== undefined) return no;
    }
  }
  return ready('Accepted', 'every gateway it names has accepted it');
};

/** Without parentRefs nothing routes to it; a controller may report one all the same. */
function parentless(object: KubeObject, parents: readonly Record<string, unknown>[]): Reading {
  if (parents.length === 0) return waiting('NotAttached', 'it names no gateway, and none has taken it up');
  for (const parent of parents) {
    const no = entry(object, 'a gateway', conditionsIn(parent.conditions), ['Accepted', 'ResolvedRefs']);
    if (no !== undefined) return no;
  }
  return ready('Accepted', 'every gateway that reports on it has accepted it');
}
