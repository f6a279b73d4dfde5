import type { Place } from '../document.ts';
import { dig, isJson, type Json, listOf, type Path, type YamlDocument } from './yaml.ts';

/** A Kubernetes object in a document. */
export type Manifest = {
  readonly apiVersion: string;
  readonly kind: string;
  /** `apps/v1/Deployment`, `v1/Pod`. */
  readonly gvk: string;
  readonly name: string;
  readonly object: Json;
  at(...path: (string | number)[]): Place;
};

/** A Pod's spec wherever it stands: a Pod, a workload's template, a CronJob's. */
export type PodSpec = {
  readonly owner: Manifest;
  readonly spec: Json;
  readonly containers: readonly Container[];
  at(...path: (string | number)[]): Place;
};

export type Container = { readonly init: boolean; readonly raw: Json; at(...path: (string | number)[]): Place };

export function manifestsOf(document: YamlDocument, prefix: Path = []): Manifest[] {
  const object = prefix.length === 0 ? document.value : dig(document.value, ...prefix);
  if (!isJson(object) || typeof object.apiVersion !== 'string' || typeof object.kind !== 'string') return [];
  if (object.kind.endsWith('List') && Array.isArray(object.items)) {
    return object.items.flatMap((_, i) => manifestsOf(document, [...prefix, 'items', i]));
  }
  const { apiVersion, kind } = object;
  const own: Manifest = {
    apiVersion,
    kind,
    gvk: `${apiVersion}/${kind}`,
    name: String(dig(object, 'metadata', 'name') ?? ''),
    object,
    at: (...path) => document.at([...prefix, ...path]),
  };
  // An OpenShift Template carries objects of its own.
  const inner =
    kind === 'Template'
      ? listOf(object.objects).flatMap((_, i) => manifestsOf(document, [...prefix, 'objects', i]))
      : [];
  return [own, ...inner];
}

export const POD_SPECS: Readonly<Record<string, Path>> = {
  Pod: ['spec'],
  PodTemplate: ['template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  ReplicationController: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  DeploymentConfig: ['spec', 'template', 'spec'],
};

/** Where the Pod of an object stands; kinds of others (Rollout, CloneSet, Knative's Service) have it where a Deployment has. */
export function podPathOf({ kind, apiVersion, object }: Manifest): Path | undefined {
  const known = POD_SPECS[kind];
  if (known !== undefined || !apiVersion.includes('.') || apiVersion.includes('k8s.io/')) return known;
  return Array.isArray(dig(object, 'spec', 'template', 'spec', 'containers'))
    ? ['spec', 'template', 'spec']
    : undefined;
}

export function podSpecOf(owner: Manifest): PodSpec | undefined {
  const path = podPathOf(owner);
  const spec = path === undefined ? undefined : dig(owner.object, ...path);
  if (path === undefined || !isJson(spec)) return undefined;
  const of = owner.name === '' ? {} : { owner: owner.name };
  const at = (...more: (string | number)[]): Place => ({ ...owner.at(...path, ...more), ...of });
  const containers = (field: string, init: boolean) =>
    listOf(spec[field]).flatMap((raw, i): Container[] =>
      isJson(raw) ? [{ init, raw, at: (...more) => at(field, i, ...more) }] : [],
    );
  return { owner, spec, containers: [...containers('initContainers', true), ...containers('containers', false)], at };
}
