import { controllersFields } from '../objects/controllers-fields.ts';
import { type KubeObject, SERVER_OWNED_META } from '../objects/kube-object.ts';
import { isRecord } from './ref.ts';

/** What the server allocates. */
const ALLOCATED = new Set([
  'spec.clusterIP',
  'spec.clusterIPs',
  'spec.healthCheckNodePort',
  'spec.ports.*.nodePort',
  'spec.nodeName',
  'secrets',
]);

/** Fields that controllers write on objects that we apply: no difference between a dry run and the real one. */
const CONTROLLERS_ANNOTATIONS =
  /^(deployment\.kubernetes\.io\/|pv\.kubernetes\.io\/|volume\.kubernetes\.io\/|autoscaling\.alpha)/;

/** The two objects' own UIDs: a value in which each has its own (a Job's labels and selector) is the same value. */
type Uids = readonly [a: string | undefined, b: string | undefined];

/**
 * Pure: the paths at which two states of one object differ, in what an apply decides: not status, not what the server
 * allocates, not what it makes of the object's own UID.
 */
export function differences(a: KubeObject, b: KubeObject): string[] {
  const found: string[] = [];
  const theirs = controllersFields(a);
  const uids: Uids = [a.metadata.uid, b.metadata.uid];
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const key of keys) {
    if (key === 'status' || key === 'apiVersion' || key === 'kind' || theirs.has(key)) continue;
    if (key === 'metadata') metadata(a.metadata, b.metadata, uids, found);
    else compare(a[key], b[key], key, uids, found);
  }
  return found.sort();
}

function metadata(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
  uids: Uids,
  found: string[],
) {
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (SERVER_OWNED_META.has(key)) continue;
    if (key === 'annotations') {
      compare(without(a.annotations), without(b.annotations), 'metadata.annotations', uids, found);
    } else compare(a[key], b[key], `metadata.${key}`, uids, found);
  }
}

function without(annotations: unknown): unknown {
  if (!isRecord(annotations)) return undefined;
  const kept = Object.entries(annotations).filter(([key]) => !CONTROLLERS_ANNOTATIONS.test(key));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function compare(a: unknown, b: unknown, path: string, uids: Uids, found: string[]): void {
  if (ALLOCATED.has(path.replace(/\[\d+\]/g, '.*'))) return;
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.max(a.length, b.length); i++) compare(a[i], b[i], `${path}[${i}]`, uids, found);
  } else if (isRecord(a) && isRecord(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
      compare(a[key], b[key], `${path}.${key}`, uids, found);
  } else if (a !== b && !(isEmpty(a) && isEmpty(b)) && !isOfUid(a, b, uids)) {
    found.push(path);
  }
}

const isOfUid = (a: unknown, b: unknown, [ofA, ofB]: Uids): boolean =>
  typeof a === 'string' &&
  typeof b === 'string' &&
  ofA !== undefined &&
  ofB !== undefined &&
  a.includes(ofA) &&
  a.replaceAll(ofA, '') === b.replaceAll(ofB, '');

/** Nothing, an empty list and an empty map are stored as one another. */
const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (isRecord(value) && Object.keys(value).length === 0);
