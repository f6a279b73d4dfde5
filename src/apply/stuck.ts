import type { KubeObject } from '../objects/kube-object.ts';
import { at, called, isRecord } from './ref.ts';

/** Finalizers of Kubernetes itself and what they wait for. */
const KNOWN: Readonly<Record<string, string>> = {
  foregroundDeletion: 'the garbage collector, until everything it owns is gone',
  orphan: 'the garbage collector',
  'kubernetes.io/pvc-protection': 'the claim protection controller, until no Pod uses it',
  'kubernetes.io/pv-protection': 'the volume protection controller, until no claim is bound to it',
  kubernetes: 'the namespace controller, until everything in it is gone',
  'batch.kubernetes.io/job-tracking': 'the Job controller',
  'service.kubernetes.io/load-balancer-cleanup': 'the cloud controller, until the load balancer is gone',
};

/** Pure: an object that is being deleted and isn't gone → a sentence that says who is waited for. */
export function whyStillThere(object: KubeObject | undefined): string {
  if (object === undefined) return 'it was there a moment ago';
  const ref = called({ kind: object.kind, name: object.metadata.name ?? '' });
  if (object.metadata.deletionTimestamp === undefined) return `${ref} is not being deleted: it has no owner of ours`;
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.length === 0) {
    return `${ref} has been marked for deletion since ${object.metadata.deletionTimestamp} and is within its grace period, or its node does not answer`;
  }
  const waits = finalizers.map((name) => `${name} (${KNOWN[name] ?? `${ownerOf(object, name)} must take it off`})`);
  return `${ref} is held by ${waits.join(', ')}; infragate never strips finalizers`;
}

/** Who put a finalizer on: the field manager that owns it, else whoever its domain says. */
export function ownerOf(object: KubeObject, finalizer: string): string {
  for (const entry of object.metadata.managedFields ?? []) {
    const fields = at(entry.fieldsV1, 'f:metadata', 'f:finalizers');
    if (isRecord(fields) && `v:"${finalizer}"` in fields && entry.manager !== undefined) return entry.manager;
  }
  const domain = finalizer.includes('/') ? finalizer.split('/')[0] : undefined;
  return domain === undefined ? 'whoever put it on' : `the controller of ${domain}`;
}
