import { groupOf, identityOf } from '../workflow/identity.ts';

export { groupOf, identityOf, sameObject } from '../workflow/identity.ts';

/** A Kubernetes object as the API server sends it: raw JSON, nothing dropped, nothing assumed below the metadata. */
export type KubeObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
};

export type ObjectMeta = {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly generation?: number;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly ManagedFields[];
  readonly [field: string]: unknown;
};

/** Of the metadata, what the server fills in by itself, differently each time, or what others write. */
export const SERVER_OWNED_META: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
]);

export type OwnerReference = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
};

export type ManagedFields = {
  readonly manager?: string;
  readonly operation?: string;
  readonly apiVersion?: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsV1?: unknown;
};

/** An Event of the core group or of events.k8s.io, as sent. */
export type KubeEvent = KubeObject;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is at a path; undefined when any part of it isn't there. A number is a list's index. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const part of path) {
    if (Array.isArray(here)) here = typeof part === 'number' ? here[part] : undefined;
    else if (isRecord(here)) here = Object.hasOwn(here, part) ? here[part] : undefined;
    else return undefined;
  }
  return here;
}

/** The string at a path, or ''. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

export function numberAt(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

/** The objects in the list at a path; what isn't an object is left out. */
export function recordsAt(value: unknown, ...path: readonly (string | number)[]): Record<string, unknown>[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isRecord) : [];
}

export function textsAt(value: unknown, ...path: readonly (string | number)[]): string[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter((item) => typeof item === 'string') : [];
}

export type Condition = {
  readonly type: string;
  /** True, False or Unknown. */
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number | undefined;
  readonly lastTransitionTime: string;
};

/** True, False or Unknown; some controllers write a boolean. */
const statusOf = (status: unknown): string =>
  typeof status === 'string' ? status : status === true ? 'True' : status === false ? 'False' : '';

export function conditionsIn(list: unknown): Condition[] {
  return recordsAt({ list }, 'list').map((c) => ({
    type: textAt(c, 'type'),
    status: statusOf(c.status),
    reason: textAt(c, 'reason'),
    message: textAt(c, 'message'),
    observedGeneration: numberAt(c, 'observedGeneration'),
    lastTransitionTime: textAt(c, 'lastTransitionTime'),
  }));
}

export const conditionsOf = (object: KubeObject): Condition[] => conditionsIn(at(object, 'status', 'conditions'));

export const conditionOf = (object: KubeObject, type: string): Condition | undefined =>
  conditionsOf(object).find((c) => c.type === type);

export const isTrue = (object: KubeObject, type: string): boolean => conditionOf(object, type)?.status === 'True';

export type ObjectRef = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
};

export function refOf(object: KubeObject): ObjectRef {
  const { name = '', namespace, uid } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
  };
}

/** Which object a manifest or a live object is (see identityOf). */
export const identityOfObject = ({ apiVersion, kind, metadata }: KubeObject, home = ''): string =>
  identityOf({ apiVersion, kind, name: metadata.name, namespace: metadata.namespace }, home);

/** `Deployment/web`, for people. */
export const subjectRef = (object: KubeObject): string =>
  `${object.kind}/${object.metadata.name ?? object.metadata.generateName ?? ''}`;

/** `Deployment.apps`, `Pod`: how the tables of this folder name a kind, whatever its version. */
export function kindKey(object: { readonly apiVersion: string; readonly kind: string }): string {
  const group = groupOf(object.apiVersion);
  return group === '' ? object.kind : `${object.kind}.${group}`;
}

/** Parsed JSON that can be called a Kubernetes object at all. */
export const isKubeObject = (value: unknown): value is KubeObject =>
  isRecord(value) && typeof value.apiVersion === 'string' && typeof value.kind === 'string' && isRecord(value.metadata);
