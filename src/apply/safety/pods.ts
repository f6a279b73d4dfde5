import type { KubeObject } from '../../objects/kube-object.ts';
import { at, isRecord } from '../ref.ts';

/** A Pod that a document makes: its own, or its template's. */
export type PodShape = {
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
};

/** Pure: the Pods that a document of Kubernetes makes. What an operator makes of a custom resource can't be known. */
export function podsOf(object: KubeObject): PodShape[] {
  if (object.kind === 'Pod' && object.apiVersion === 'v1') {
    return isRecord(object.spec) ? [{ labels: object.metadata.labels ?? {}, spec: object.spec }] : [];
  }
  const template = at(object, 'spec', 'jobTemplate', 'spec', 'template') ?? at(object, 'spec', 'template');
  const spec = at(template, 'spec');
  if (!isRecord(spec) || !Array.isArray(spec.containers)) return [];
  return [{ labels: strings(at(template, 'metadata', 'labels')), spec }];
}

export type Container = Readonly<Record<string, unknown>>;

export const containersOf = (pod: PodShape): Container[] =>
  [pod.spec.initContainers, pod.spec.containers, pod.spec.ephemeralContainers].flatMap(records);

export const records = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

export const strings = (value: unknown): Record<string, string> =>
  isRecord(value)
    ? Object.fromEntries(Object.entries(value).flatMap(([k, v]) => (typeof v === 'string' ? [[k, v]] : [])))
    : {};
