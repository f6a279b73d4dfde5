import type { KubeObject } from '../objects/kube-object.ts';
import { groupOf } from '../workflow/index.ts';
import { at, everyRecord, isRecord, listAt, textAt } from './record.ts';

/** The Pod specs an object makes, wherever its kind keeps them. */
export function podSpecs(object: KubeObject): Record<string, unknown>[] {
  const path = TEMPLATES[object.kind];
  if (path === undefined) return [];
  const spec = at(object, ...path);
  return isRecord(spec) ? [spec] : [];
}

const TEMPLATE = ['spec', 'template', 'spec'] as const;
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  PodTemplate: ['template', 'spec'],
  Deployment: TEMPLATE,
  DeploymentConfig: TEMPLATE,
  StatefulSet: TEMPLATE,
  DaemonSet: TEMPLATE,
  ReplicaSet: TEMPLATE,
  ReplicationController: TEMPLATE,
  Job: TEMPLATE,
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

export const containersOf = (spec: Record<string, unknown>): Record<string, unknown>[] =>
  ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) => listAt(spec, list)).filter(isRecord);

/** Images as written: of Pods, and of custom resources' `image` and `imageName` fields. */
export function imagesOf(object: KubeObject): { readonly image: string; readonly sure: boolean }[] {
  const specs = podSpecs(object);
  if (specs.length > 0) {
    return specs.flatMap((spec) => {
      const volumes = listAt(spec, 'volumes').flatMap((v) => textAt(v, 'image', 'reference') ?? []);
      return [...containersOf(spec).flatMap((c) => textAt(c, 'image') ?? []), ...volumes].map((image) => ({
        image,
        sure: true,
      }));
    });
  }
  if (!isCustom(object.apiVersion)) return [];
  return [...everyRecord(object.spec)].flatMap((record) =>
    ['image', 'imageName'].flatMap((key) => {
      const image = record[key];
      return typeof image === 'string' && /[:@/]/.test(image) ? [{ image, sure: false }] : [];
    }),
  );
}

/** Names of what a Pod needs to be there. */
export function needsOf(object: KubeObject): { readonly kind: string; readonly name: string }[] {
  const found: { kind: string; name: string }[] = [];
  const need = (kind: string, name: string | undefined, optional?: unknown) => {
    if (name !== undefined && name !== '' && optional !== true) found.push({ kind, name });
  };
  for (const spec of podSpecs(object)) {
    const account = textAt(spec, 'serviceAccountName') ?? textAt(spec, 'serviceAccount');
    if (account !== 'default') need('ServiceAccount', account);
    for (const secret of listAt(spec, 'imagePullSecrets')) need('Secret', textAt(secret, 'name'));
    for (const volume of listAt(spec, 'volumes')) {
      need('Secret', textAt(volume, 'secret', 'secretName'), at(volume, 'secret', 'optional'));
      need('ConfigMap', textAt(volume, 'configMap', 'name'), at(volume, 'configMap', 'optional'));
      need('PersistentVolumeClaim', textAt(volume, 'persistentVolumeClaim', 'claimName'));
      for (const source of listAt(volume, 'projected', 'sources')) {
        need('Secret', textAt(source, 'secret', 'name'), at(source, 'secret', 'optional'));
        need('ConfigMap', textAt(source, 'configMap', 'name'), at(source, 'configMap', 'optional'));
      }
    }
    for (const container of containersOf(spec)) {
      for (const source of listAt(container, 'envFrom')) {
        need('Secret', textAt(source, 'secretRef', 'name'), at(source, 'secretRef', 'optional'));
        need('ConfigMap', textAt(source, 'configMapRef', 'name'), at(source, 'configMapRef', 'optional'));
      }
      for (const variable of listAt(container, 'env')) {
        const from = at(variable, 'valueFrom');
        need('Secret', textAt(from, 'secretKeyRef', 'name'), at(from, 'secretKeyRef', 'optional'));
        need('ConfigMap', textAt(from, 'configMapKeyRef', 'name'), at(from, 'configMapKeyRef', 'optional'));
      }
    }
  }
  return found;
}

/** Groups that the API server itself (or OpenShift's own) serves; every other comes from a CRD or an aggregated server. */
const BUILT_IN: ReadonlySet<string> = new Set([
  '',
  'apps',
  'batch',
  'autoscaling',
  'policy',
  'extensions',
  'events',
  ...[
    'admissionregistration',
    'apiextensions',
    'authentication',
    'authorization',
    'certificates',
    'coordination',
    'discovery',
    'events',
    'flowcontrol.apiserver',
    'internal.apiserver',
    'networking',
    'node',
    'rbac.authorization',
    'resource',
    'scheduling',
    'storage',
    'storagemigration',
  ].map((group) => `${group}.k8s.io`),
  'apiregistration.k8s.io',
  ...[
    'apps',
    'authorization',
    'build',
    'image',
    'oauth',
    'project',
    'quota',
    'route',
    'security',
    'template',
    'user',
  ].map((group) => `${group}.openshift.io`),
]); // prettier-ignore

export const isCustom = (apiVersion: string): boolean => !BUILT_IN.has(groupOf(apiVersion));
