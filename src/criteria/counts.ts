import { at, type KubeObject, numberAt, readyAddresses, subjectRef, treeOf } from '../objects/index.ts';
import { fail, pass, unknown, type Verdict } from '../workflow/verdict.ts';
import type { Asked } from './observed.ts';
import { findTarget, forEach, inView, type Predicate, type View } from './predicate.ts';
import { conditionIs, isReady, type State } from './states.ts';

/** How many: at least or exactly so many, of so many where the text says of how many. */
export type Quantity = { readonly least: number; readonly exact: boolean; readonly outOf?: number };

const met = (have: number, { least, exact }: Quantity): boolean => (exact ? have === least : have >= least);
const wantedWords = ({ least, exact, outOf }: Quantity): string =>
  `${exact ? 'exactly ' : ''}${least}${outOf === undefined ? '' : ` of ${outOf}`}`;

const READY_FIELDS = [
  'readyReplicas',
  'readyInstances',
  'numberReady',
  'readyNodes',
  'readyMembers',
  'availableReplicas',
  'ready',
];
const WANTED_FIELDS = [
  ['status', 'desiredNumberScheduled'],
  ['spec', 'replicas'],
  ['spec', 'instances'],
  ['spec', 'members'],
  ['spec', 'nodeCount'],
  ['spec', 'size'],
] as const;

const first = (values: readonly (number | undefined)[]): number | undefined => values.find((v) => v !== undefined);

/**
 * How many of an object's replicas are ready, by whichever field its kind has. During a rollout, old ones are not what
 * was asked for: those that may be old are taken off.
 */
export function readyCount(object: KubeObject): number | undefined {
  const { status } = object;
  const ready = first(READY_FIELDS.map((field) => numberAt(status, field)));
  const updated = first(['updatedReplicas', 'updatedNumberScheduled'].map((field) => numberAt(status, field)));
  const all = first(['replicas', 'currentNumberScheduled'].map((field) => numberAt(status, field)));
  if (ready === undefined || updated === undefined || all === undefined) return ready;
  return Math.max(0, Math.min(updated, ready - Math.max(0, all - updated)));
}

const wantedCount = (object: KubeObject): number | undefined =>
  first(WANTED_FIELDS.map((path) => numberAt(object, ...path)));

/** So many replicas of the target's objects, each taken alone, are ready. */
export function replicas({ text, target }: Asked, quantity: Quantity): Predicate {
  return forEach(text, target, (object, view) => ofOne(object, view, quantity), [
    { kind: 'object', of: target },
    { kind: 'pods', of: target },
  ]);
}

function ofOne(object: KubeObject, view: View, quantity: Quantity): Verdict {
  const pods = treeOf(object, inView(view)).filter(
    (o) => o.kind === 'Pod' && o.metadata.deletionTimestamp === undefined,
  );
  const readyPods = pods.filter((pod) => conditionIs(pod, 'Ready').status === 'pass').length;
  const counted = readyCount(object);
  // Where fewer Pods are seen than are counted, they aren't all that there are.
  const have = counted === undefined ? readyPods : pods.length < counted ? counted : Math.min(counted, readyPods);
  const what = subjectRef(object);
  const { outOf } = quantity;
  const wanted = wantedCount(object);
  if (outOf !== undefined && wanted !== undefined && wanted !== outOf) {
    return fail('OtherCount', `${what}: it is to have ${wanted}, not ${outOf}`);
  }
  const words = `${what}: ${have} of ${wantedWords(quantity)} are ready`;
  return met(have, quantity)
    ? pass('ReplicasReady', words)
    : fail(have < quantity.least ? 'TooFewReplicas' : 'TooManyReplicas', words);
}

/** So many objects of the target are in a state. */
export function counted(
  { text, target }: Asked,
  quantity: Quantity,
  all: boolean,
  word: string,
  state: State,
): Predicate {
  return {
    text,
    target,
    needs: [
      { kind: 'object', of: target },
      { kind: 'pods', of: target },
    ],
    holds(view) {
      const found = findTarget(target, view);
      if (found.kind === 'missing') return found.verdict;
      const verdicts = found.objects.map((object) => state(object, view));
      const have = verdicts.filter((v) => v.status === 'pass').length;
      const words = `${have} of ${found.objects.length} ${target.label} are ${word}`;
      const open = verdicts.find((v) => v.status !== 'pass');
      if (all && open !== undefined) return open;
      if (quantity.outOf !== undefined && found.objects.length !== quantity.outOf)
        return fail('OtherCount', `${words}, and not ${quantity.outOf} are there`);
      if (view.dryRun === true && have === 0) return unknown('NothingObserved', words);
      return met(have, quantity)
        ? pass('Counted', words)
        : fail(have < quantity.least ? 'TooFew' : 'TooMany', `${words}; ${wantedWords(quantity)} are asked for`);
    },
  };
}

export const allReplicas = ({ text, target }: Asked): Predicate => forEach(text, target, isReady);

export function endpoints({ text, target }: Asked, quantity: Quantity): Predicate {
  return forEach(text, target, (service, view) => endpointsOf(service, view, quantity), [
    { kind: 'object', of: target },
    { kind: 'endpoints', of: target },
  ]);
}

function endpointsOf(service: KubeObject, view: View, quantity: Quantity): Verdict {
  const { name = '', namespace } = service.metadata;
  const own = inView(view).filter(
    (o) =>
      o.metadata.namespace === namespace &&
      ((o.kind === 'EndpointSlice' && o.metadata.labels?.['kubernetes.io/service-name'] === name) ||
        (o.kind === 'Endpoints' && o.metadata.name === name)),
  );
  const slices = own.some((o) => o.kind === 'EndpointSlice') ? own.filter((o) => o.kind === 'EndpointSlice') : own;
  const n = slices.reduce((sum, o) => sum + readyAddresses(o), 0);
  const words = `${subjectRef(service)} has ${n} ready endpoint${n === 1 ? '' : 's'}`;
  if (met(n, quantity)) return pass('HasEndpoints', words);
  return fail(n === 0 ? 'NoEndpoints' : 'OtherEndpoints', n === 0 ? words : `${words}, not ${wantedWords(quantity)}`);
}

/** A Secret or ConfigMap has these keys. Their values are not looked at. */
export const hasKeys = ({ text, target }: Asked, keys: readonly string[]): Predicate =>
  forEach(text, target, (object) => {
    const missing = keys.filter(
      (key) => !['data', 'binaryData', 'stringData'].some((f) => at(object, f, key) !== undefined),
    );
    const what = subjectRef(object);
    return missing.length === 0
      ? pass('HasKeys', `${what} has ${keys.length === 1 ? 'the key' : 'the keys'} ${keys.join(', ')}`)
      : fail('KeyMissing', `${what} has no key ${missing.join(', ')}`);
  });
