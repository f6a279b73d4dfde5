import { isRecord, recordsAt, textAt } from './kube-object.ts';
import { containersOf } from './pod-template.ts';

/** Something else that an object names and needs. */
export type Reference = {
  readonly kind:
    | 'Secret'
    | 'ConfigMap'
    | 'PersistentVolumeClaim'
    | 'StorageClass'
    | 'ServiceAccount'
    | 'IngressClass'
    | 'PriorityClass'
    | 'RuntimeClass'
    | 'GatewayClass'
    | 'Gateway'
    | 'Service'
    | 'Role'
    | 'ClusterRole'
    | 'ScaleTarget'
    | 'VolumeSnapshot';
  readonly name: string;
  /** Where that isn't the object's own; cluster-scoped kinds have none anyway. */
  readonly namespace?: string;
  /** A key that must be in the Secret or ConfigMap. */
  readonly key?: string;
  /** It starts without it, too. */
  readonly optional: boolean;
  /** Where it says so: `spec.template.spec.volumes[0]`. */
  readonly path: string;
};

export type Say = (kind: Reference['kind'], name: string, path: string, more?: Partial<Reference>) => void;

/** What a Pod names: accounts, classes, claims, and the Secrets and ConfigMaps of its containers and volumes. */
export function ofPod(spec: Readonly<Record<string, unknown>>, path: string, say: Say): void {
  say(
    'ServiceAccount',
    textAt(spec, 'serviceAccountName') || textAt(spec, 'serviceAccount'),
    `${path}.serviceAccountName`,
  );
  say('PriorityClass', textAt(spec, 'priorityClassName'), `${path}.priorityClassName`);
  say('RuntimeClass', textAt(spec, 'runtimeClassName'), `${path}.runtimeClassName`);
  // The kubelet goes on without a pull secret that isn't there.
  for (const [i, secret] of recordsAt(spec, 'imagePullSecrets').entries()) {
    say('Secret', textAt(secret, 'name'), `${path}.imagePullSecrets[${i}]`, { optional: true });
  }
  for (const { list, index, container } of containersOf(spec)) ofContainer(container, `${path}.${list}[${index}]`, say);
  for (const [i, volume] of recordsAt(spec, 'volumes').entries()) ofVolume(volume, `${path}.volumes[${i}]`, say);
}

function ofContainer(container: Readonly<Record<string, unknown>>, path: string, say: Say): void {
  for (const [i, variable] of recordsAt(container, 'env').entries()) {
    for (const [field, kind] of [
      ['secretKeyRef', 'Secret'],
      ['configMapKeyRef', 'ConfigMap'],
    ] as const) {
      const ref = isRecord(variable.valueFrom) ? variable.valueFrom[field] : undefined;
      const key = textAt(ref, 'key');
      say(kind, textAt(ref, 'name'), `${path}.env[${i}]`, {
        optional: isOptional(ref),
        ...(key === '' ? {} : { key }),
      });
    }
  }
  for (const [i, source] of recordsAt(container, 'envFrom').entries()) {
    say('Secret', textAt(source, 'secretRef', 'name'), `${path}.envFrom[${i}]`, {
      optional: isOptional(source.secretRef),
    });
    say('ConfigMap', textAt(source, 'configMapRef', 'name'), `${path}.envFrom[${i}]`, {
      optional: isOptional(source.configMapRef),
    });
  }
}

const isOptional = (ref: unknown): boolean => isRecord(ref) && ref.optional === true;

function keyed(say: Say, kind: 'Secret' | 'ConfigMap', name: string, source: unknown, path: string): void {
  const items = recordsAt(source, 'items')
    .map((item) => textAt(item, 'key'))
    .filter((key) => key !== '');
  const optional = isOptional(source);
  if (items.length === 0) say(kind, name, path, { optional });
  for (const key of items) say(kind, name, path, { optional, key });
}

function ofVolume(volume: Readonly<Record<string, unknown>>, path: string, say: Say): void {
  keyed(say, 'Secret', textAt(volume, 'secret', 'secretName'), volume.secret, path);
  keyed(say, 'ConfigMap', textAt(volume, 'configMap', 'name'), volume.configMap, path);
  say('PersistentVolumeClaim', textAt(volume, 'persistentVolumeClaim', 'claimName'), path);
  say('StorageClass', textAt(volume, 'ephemeral', 'volumeClaimTemplate', 'spec', 'storageClassName'), path);
  say('Secret', textAt(volume, 'csi', 'nodePublishSecretRef', 'name'), path);
  for (const source of recordsAt(volume, 'projected', 'sources')) {
    keyed(say, 'Secret', textAt(source, 'secret', 'name'), source.secret, path);
    keyed(say, 'ConfigMap', textAt(source, 'configMap', 'name'), source.configMap, path);
  }
}
