import { groupOf, isRecord, type KubeObject, recordsAt, textAt, textsAt } from './kube-object.ts';
import { containersOf, podTemplateOf } from './pod-template.ts';

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

export type ImageReference = { readonly image: string; readonly container: string; readonly path: string };

type Say = (kind: Reference['kind'], name: string, path: string, more?: Partial<Reference>) => void;

/** Everything that an object names; each mention once, in the order of the document. */
export function referencesOf(object: KubeObject): Reference[] {
  const found: Reference[] = [];
  const say: Say = (kind, name, path, more = {}) => {
    if (name !== '') found.push({ kind, name, path, optional: false, ...more });
  };
  const template = podTemplateOf(object);
  if (template !== undefined) ofPod(template.spec, template.path.join('.'), say);
  BY_KIND.get(object.kind)?.(object, say);
  if (isCustom(object))
    walk(object.spec, 'spec', (key, value, path) => {
      if (/^storageClass(Name)?$/.test(key)) say('StorageClass', value, path);
    });
  return found.filter(
    (r, i) =>
      found.findIndex(
        (o) =>
          o.kind === r.kind && o.name === r.name && o.key === r.key && o.namespace === r.namespace && o.path === r.path,
      ) === i,
  );
}

function ofPod(spec: Readonly<Record<string, unknown>>, path: string, say: Say): void {
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

function claim(spec: unknown, path: string, say: Say): void {
  say('StorageClass', textAt(spec, 'storageClassName'), `${path}.storageClassName`);
  const source = isRecord(spec) ? (spec.dataSourceRef ?? spec.dataSource) : undefined;
  const kind = textAt(source, 'kind');
  if (kind === 'PersistentVolumeClaim' || kind === 'VolumeSnapshot')
    say(kind, textAt(source, 'name'), `${path}.dataSource`);
}

const backends = (object: KubeObject): string[] => [
  textAt(object, 'spec', 'defaultBackend', 'service', 'name'),
  ...recordsAt(object, 'spec', 'rules').flatMap((rule) =>
    recordsAt(rule, 'http', 'paths').map((p) => textAt(p, 'backend', 'service', 'name')),
  ),
];

/** What each kind names beside its Pod. */
const BY_KIND: ReadonlyMap<string, (object: KubeObject, say: Say) => void> = new Map<
  string,
  (object: KubeObject, say: Say) => void
>([
  ['PersistentVolumeClaim', (o, say) => claim(o.spec, 'spec', say)],
  ['PersistentVolume', (o, say) => say('StorageClass', textAt(o, 'spec', 'storageClassName'), 'spec.storageClassName')],
  [
    'StatefulSet',
    (o, say) => {
      say('Service', textAt(o, 'spec', 'serviceName'), 'spec.serviceName', { optional: true });
      for (const [i, t] of recordsAt(o, 'spec', 'volumeClaimTemplates').entries())
        claim(t.spec, `spec.volumeClaimTemplates[${i}].spec`, say);
    },
  ],
  [
    'ServiceAccount',
    (o, say) => {
      for (const [i, s] of recordsAt(o, 'imagePullSecrets').entries())
        say('Secret', textAt(s, 'name'), `imagePullSecrets[${i}]`, { optional: true });
    },
  ],
  [
    'Ingress',
    (o, say) => {
      say('IngressClass', textAt(o, 'spec', 'ingressClassName'), 'spec.ingressClassName');
      for (const [i, tls] of recordsAt(o, 'spec', 'tls').entries())
        say('Secret', textAt(tls, 'secretName'), `spec.tls[${i}]`, { optional: true });
      for (const name of backends(o)) say('Service', name, 'spec.rules');
    },
  ],
  [
    'Route',
    (o, say) => {
      if (groupOf(o.apiVersion) === 'route.openshift.io') say('Service', textAt(o, 'spec', 'to', 'name'), 'spec.to');
    },
  ],
  [
    'Gateway',
    (o, say) => {
      say('GatewayClass', textAt(o, 'spec', 'gatewayClassName'), 'spec.gatewayClassName');
      for (const listener of recordsAt(o, 'spec', 'listeners')) {
        for (const ref of recordsAt(listener, 'tls', 'certificateRefs'))
          say('Secret', textAt(ref, 'name'), 'spec.listeners.tls');
      }
    },
  ],
  [
    'HTTPRoute',
    (o, say) => {
      for (const parent of recordsAt(o, 'spec', 'parentRefs')) {
        const namespace = textAt(parent, 'namespace');
        if (textAt(parent, 'kind') === '' || textAt(parent, 'kind') === 'Gateway')
          say('Gateway', textAt(parent, 'name'), 'spec.parentRefs', namespace === '' ? {} : { namespace });
      }
      for (const rule of recordsAt(o, 'spec', 'rules'))
        for (const b of recordsAt(rule, 'backendRefs')) say('Service', textAt(b, 'name'), 'spec.rules.backendRefs');
    },
  ],
  [
    'HorizontalPodAutoscaler',
    (o, say) =>
      say(
        'ScaleTarget',
        `${textAt(o, 'spec', 'scaleTargetRef', 'kind')}/${textAt(o, 'spec', 'scaleTargetRef', 'name')}`,
        'spec.scaleTargetRef',
      ),
  ],
  ['RoleBinding', (o, say) => binding(o, say)],
  ['ClusterRoleBinding', (o, say) => binding(o, say)],
]);

function binding(object: KubeObject, say: Say): void {
  const kind = textAt(object, 'roleRef', 'kind');
  if (kind === 'Role' || kind === 'ClusterRole') say(kind, textAt(object, 'roleRef', 'name'), 'roleRef');
  for (const [i, subject] of recordsAt(object, 'subjects').entries()) {
    if (textAt(subject, 'kind') !== 'ServiceAccount') continue;
    const namespace = textAt(subject, 'namespace');
    say('ServiceAccount', textAt(subject, 'name'), `subjects[${i}]`, {
      optional: true,
      ...(namespace === '' ? {} : { namespace }),
    });
  }
}

/** A resource of a group that isn't Kubernetes' own. */
export const isCustom = (object: { readonly apiVersion: string }): boolean => {
  const group = groupOf(object.apiVersion);
  return group.includes('.') && !/(^|\.)k8s\.io$/.test(group);
};

/** The images that an object names: of its Pods, of image volumes; in a custom resource, wherever a key says so. */
export function imagesOf(object: KubeObject): ImageReference[] {
  const template = podTemplateOf(object);
  if (template !== undefined) {
    const path = template.path.join('.');
    const volumes = recordsAt(template.spec, 'volumes').map((v, i) => ({
      image: textAt(v, 'image', 'reference'),
      container: '',
      path: `${path}.volumes[${i}]`,
    }));
    const containers = containersOf(template.spec).map(({ list, index, container }) => ({
      image: textAt(container, 'image'),
      container: textAt(container, 'name'),
      path: `${path}.${list}[${index}].image`,
    }));
    return [...containers, ...volumes].filter((i) => i.image !== '');
  }
  if (!isCustom(object)) return [];
  const found: ImageReference[] = [];
  walk(object.spec, 'spec', (key, image, path) => {
    if (/^(\w*I|i)mage(Name)?$/.test(key) && /^[\w][\w./:@-]*$/.test(image)) found.push({ image, container: '', path });
  });
  return found;
}

/** Service accounts that Pods of this object run as: `default` where it names none. */
export function serviceAccountOf(object: KubeObject): string | undefined {
  const spec = podTemplateOf(object)?.spec;
  return spec === undefined
    ? undefined
    : textAt(spec, 'serviceAccountName') || textAt(spec, 'serviceAccount') || 'default';
}

export const pullSecretsOf = (object: KubeObject): string[] =>
  recordsAt(object.kind === 'ServiceAccount' ? object : podTemplateOf(object)?.spec, 'imagePullSecrets').flatMap(
    (s) => textAt(s, 'name') || [],
  );

function walk(
  value: unknown,
  path: string,
  visit: (key: string, value: string, path: string) => void,
  depth = 0,
): void {
  if (depth > 40) return;
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) walk(item, `${path}[${i}]`, visit, depth + 1);
  } else if (isRecord(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (typeof item === 'string') visit(key, item, `${path}.${key}`);
      else walk(item, `${path}.${key}`, visit, depth + 1);
    }
  }
}

/** Selector labels of what an object sends traffic to or watches over; undefined: it selects nothing. */
export function selectorOf(object: KubeObject): Readonly<Record<string, string>> | undefined {
  const selector =
    object.kind === 'Service' || object.kind === 'ReplicationController'
      ? textMap(object.spec, 'selector')
      : textMap(isRecord(object.spec) ? object.spec.selector : undefined, 'matchLabels');
  return selector === undefined || Object.keys(selector).length === 0 ? undefined : selector;
}

function textMap(value: unknown, field: string): Record<string, string> | undefined {
  const map = isRecord(value) ? value[field] : undefined;
  if (!isRecord(map)) return undefined;
  return Object.fromEntries(Object.entries(map).filter((e): e is [string, string] => typeof e[1] === 'string'));
}

export const accessModesOf = (object: KubeObject): string[] => textsAt(object, 'spec', 'accessModes');
