import type { KubeObject } from './kube-object.ts';

/** The annotation's first spelling counts as before (component-helpers' IsDefaultAnnotation): old clusters carry it. */
const MARKS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

/** Pure: is this StorageClass the one for claims that name none? */
export const isDefaultClass = ({ metadata: { annotations = {} } }: KubeObject): boolean =>
  MARKS.some((mark) => annotations[mark] === 'true');
