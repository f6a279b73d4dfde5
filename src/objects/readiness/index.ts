import { conditionsOf, groupOf, type KubeObject, kindKey } from '../kube-object.ts';
import { BUILT_IN } from './built-in.ts';
import { contraryOf } from './conditions.ts';
import { general } from './general.ts';
import { OPERATORS } from './operators/index.ts';
import { ack } from './operators/products.ts';
import { ACCEPTED, type Known, type Reader, type Reading, stored, unknown, waiting } from './reading.ts';
import { changedSince } from './stale.ts';
import { deployment } from './workloads.ts';

export { readyAddresses } from './built-in.ts';
export type { Known, Reading } from './reading.ts';
export { changedSince } from './stale.ts';

const NATIVE: ReadonlyMap<string, Reader> = new Map([
  ...Object.entries(BUILT_IN),
  ['DeploymentConfig.apps.openshift.io', deployment] as const,
]);
const CUSTOM: ReadonlyMap<string, Reader> = new Map(Object.entries(OPERATORS));

/**
 * Is this object ready, by its own words? Positive evidence only: no status, a status older than the spec, or words that
 * nobody knows are never ready. What is `known` beside it makes more of that certain. Never throws, whatever the JSON.
 */
export function readiness(object: KubeObject, known: Known = {}): Reading {
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  if (deletionTimestamp !== undefined) {
    const held = finalizers.length === 0 ? '' : `; held by ${finalizers.join(', ')}`;
    return waiting('Terminating', `it is being deleted since ${deletionTimestamp}${held}`);
  }
  const native = NATIVE.get(kindKey(object));
  if (native !== undefined) return native(object, known);
  const custom = CUSTOM.get(kindKey(object)) ?? byGroup(object);
  const reading =
    custom === undefined
      ? general(object, known)
      : WEIGHED.has(kindKey(object))
        ? custom(object, known)
        : contradicted(object, custom(object, known));
  return isNeverObserved(reading) ? reading : (outdated(object) ?? reading);
}

/** Kinds that many groups have alike. */
const byGroup = (object: KubeObject): Reader | undefined =>
  isProviderConfig(object) ? stored : groupOf(object.apiVersion).endsWith('.services.k8s.aws') ? ack : undefined;

/** Each Crossplane provider has such a kind in a group of its own; a status comes once something uses it. */
const isProviderConfig = ({ kind, apiVersion }: KubeObject): boolean =>
  /^(?:Cluster)?ProviderConfig$/.test(kind) && /(?:^|\.)(?:crossplane|upbound)\.io$/.test(groupOf(apiVersion));

/** Their rules have weighed every condition: that a newer version waits is no fault of the one that is pinned. */
const WEIGHED: ReadonlySet<string> = new Set(['Subscription.operators.coreos.com']);

/** An operator's own rule says ready, and a condition beside it that something is wrong: the general rule counts there, too. */
function contradicted(object: KubeObject, reading: Reading): Reading {
  const against = reading.status === 'ready' ? contraryOf(conditionsOf(object)) : undefined;
  if (against === undefined) return reading;
  const { type, status, reason, message } = against;
  return waiting(reason || type, `${reading.message}, but ${type} is ${status}${message === '' ? '' : `: ${message}`}`);
}

const isNeverObserved = ({ reason }: Reading): boolean =>
  ['Stored', ACCEPTED, 'NotStored', 'NoStatus'].includes(reason);

function outdated(object: KubeObject): Reading | undefined {
  const written = changedSince(object);
  if (written === undefined) return undefined;
  return unknown(
    'StatusOlderThanSpec',
    `it was changed at ${new Date(written).toISOString()}, after its status was last written: nothing shows that its controller has seen the change; give a criterion about what must come of it`,
  );
}

/** Has its kind a rule of its own, which asks nothing of its definition? */
export const isReadByItsKind = (object: { readonly apiVersion: string; readonly kind: string }): boolean =>
  NATIVE.has(kindKey(object)) || CUSTOM.has(kindKey(object));

/** As it should be, but nothing is there that could be called ready: switched off, or waiting for what uses it. */
export const isIdle = ({ status, reason }: Reading): boolean => status === 'ready' && IDLE.has(reason);

const IDLE: ReadonlySet<string> = new Set(['ScaledToZero', 'Suspended', 'WaitForFirstConsumer', 'ScalingDisabled']);

/**
 * May it rightly stay as it is? Its reading doesn't say, or says that it waits for what may never come: a criterion about
 * the object decides.
 */
export const mayStay = ({ status, reason }: Reading): boolean =>
  status === 'unknown' ||
  (status === 'waiting' && (STAYS.has(reason) || /^No\w+Condition$/.test(reason) || /Paused$/.test(reason)));

const STAYS: ReadonlySet<string> = new Set([
  'NoStatus',
  'NoAddress',
  'NoLoadBalancer',
  'NoNodes',
  'Suspended',
  'Hibernated',
  'ReconciliationDisabled',
  'RequiresApproval',
  'NoSuccessYet',
  'JobRunning',
]);

/** Does an object of this kind never get a status, so that being stored is all it can be? */
export const isStoredOnly = (object: KubeObject, known: Known = {}): boolean =>
  (NATIVE.get(kindKey(object)) ?? CUSTOM.get(kindKey(object))) === stored ||
  readiness(object, known).reason === ACCEPTED;
