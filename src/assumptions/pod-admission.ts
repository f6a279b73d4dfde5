import type { ApiFailure, KubeObject } from '../cluster/index.ts';
import type { Verdict } from '../workflow/index.ts';
import { refusedBy } from './manifests-refused.ts';
import { withoutWhatTheSetBrings } from './manifests-set.ts';
import { podOf } from './pod-of.ts';
import type { World } from './world.ts';

/** What admission says to the Pod that a workload's controller would ask for. */
export type PodAdmission = {
  readonly warnings: readonly string[];
  readonly refused?: { readonly error: ApiFailure; readonly verdict: Verdict; readonly deferrable?: boolean };
};

/**
 * A workload is admitted where its Pods are not: PodSecurity in `enforce`, policies and webhooks judge the Pod itself, long
 * after the workload was applied. So the Pod is tried by dry run. Undefined: there is none, or this identity may not ask.
 */
export async function podAdmission(
  world: Pick<World, 'reader' | 'namespace'>,
  object: KubeObject,
  set: readonly KubeObject[],
): Promise<PodAdmission | undefined> {
  const pod = podOf(object);
  if (pod === undefined) return undefined;
  const tried = await world.reader.dryRun(await withoutWhatTheSetBrings(world, pod, object, set), {
    verb: 'create',
    namespace: object.metadata.namespace ?? world.namespace,
  });
  if (tried.ok) return { warnings: tried.value.warnings };
  const { error } = tried;
  if (error.status === 403 && /cannot create resource/.test(error.message)) return undefined;
  return { warnings: [], refused: { error, ...refusedBy(error) } };
}

/** Refused by a rule that holds whatever else is there: not by a quota that is full now, or an account that is to come. */
export const isByPolicy = ({ message }: ApiFailure): boolean =>
  /violates PodSecurity|ValidatingAdmissionPolicy|admission webhook .{0,300} denied|failed quota: .{0,500}must specify|security context constraint/.test(
    message,
  );
