import type { KubeObject } from '../kube-object.ts';
import { kindKey } from '../kube-object.ts';
import { BUILT_IN } from './built-in.ts';
import { general } from './general.ts';
import { OPERATORS } from './operators/index.ts';
import { type Reader, type Reading, stored, waiting } from './reading.ts';
import { deployment } from './workloads.ts';

export { readyAddresses } from './built-in.ts';
export type { Reading } from './reading.ts';

const TABLE: ReadonlyMap<string, Reader> = new Map([
  ...Object.entries(BUILT_IN),
  ...Object.entries(OPERATORS),
  ['DeploymentConfig.apps.openshift.io', deployment] as const,
]);

/**
 * Is this object ready, by its own words? Positive evidence only: no status, a status older than the spec, or words that
 * nobody knows are never ready. `crd`: its definition, whose printer columns and status schema are hints for kinds that
 * no table knows. Never throws, whatever the JSON.
 */
export function readiness(object: KubeObject, { crd }: { readonly crd?: KubeObject } = {}): Reading {
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  if (deletionTimestamp !== undefined) {
    const held = finalizers.length === 0 ? '' : `; held by ${finalizers.join(', ')}`;
    return waiting('Terminating', `it is being deleted since ${deletionTimestamp}${held}`);
  }
  const reader = TABLE.get(kindKey(object));
  return reader === undefined ? general(object, crd) : reader(object);
}

/** Does an object of this kind never get a status, so that being stored is all it can be? */
export const isStoredOnly = (object: KubeObject): boolean => TABLE.get(kindKey(object)) === stored;
