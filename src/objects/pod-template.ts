import { at, isRecord, type KubeObject, recordsAt } from './kube-object.ts';

export type PodTemplate = {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
  /** Where the Pod's spec is in the object. */
  readonly path: readonly string[];
};

const PLACES: readonly (readonly string[])[] = [
  ['spec', 'template'],
  ['spec', 'jobTemplate', 'spec', 'template'],
  ['template'],
  ['spec', 'podTemplate'],
  ['spec', 'workloadTemplate', 'spec', 'template'],
];

/**
 * The Pod that an object makes: a Pod itself, every built-in workload, and by its shape whatever else has a template
 * with containers (DeploymentConfig, Rollout, Knative Service …). What an operator makes by its own lights isn't known.
 */
export function podTemplateOf(object: KubeObject): PodTemplate | undefined {
  if (object.kind === 'Pod' && object.apiVersion === 'v1') {
    return isRecord(object.spec) ? shape(object, object.spec, ['spec']) : undefined;
  }
  for (const place of PLACES) {
    const template = at(object, ...place);
    const spec = at(template, 'spec');
    if (isRecord(spec) && Array.isArray(spec.containers)) return shape(template, spec, [...place, 'spec']);
  }
  return undefined;
}

const shape = (template: unknown, spec: Record<string, unknown>, path: readonly string[]): PodTemplate => ({
  labels: strings(at(template, 'metadata', 'labels')),
  annotations: strings(at(template, 'metadata', 'annotations')),
  spec,
  path,
});

export type PlacedContainer = {
  readonly list: 'initContainers' | 'containers' | 'ephemeralContainers';
  readonly index: number;
  readonly container: Readonly<Record<string, unknown>>;
};

export const containersOf = (spec: unknown): PlacedContainer[] =>
  (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
    recordsAt(spec, list).map((container, index) => ({ list, index, container })),
  );

const strings = (value: unknown): Record<string, string> =>
  isRecord(value)
    ? Object.fromEntries(Object.entries(value).filter((e): e is [string, string] => typeof e[1] === 'string'))
    : {};
