import { containersOf as placedContainers, podTemplateOf } from '../../objects/index.ts';
import type { KubeObject } from '../../objects/kube-object.ts';
import { isRecord } from '../ref.ts';

/** A Pod that a document makes: its own, or its template's. */
export type PodShape = {
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
};

export type Container = Readonly<Record<string, unknown>>;

/** Pure: the Pods that a document makes. What an operator makes of a custom resource can't be known. */
export function podsOf(object: KubeObject): PodShape[] {
  const template = podTemplateOf(object);
  return template === undefined ? [] : [template];
}

export const containersOf = (pod: PodShape): Container[] =>
  placedContainers(pod.spec).map(({ container }) => container);

export const records = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

export const strings = (value: unknown): Record<string, string> =>
  isRecord(value)
    ? Object.fromEntries(Object.entries(value).flatMap(([k, v]) => (typeof v === 'string' ? [[k, v]] : [])))
    : {};
