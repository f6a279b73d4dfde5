import { isCustom, walk } from './images.ts';
import { groupOf, isRecord, type KubeObject, recordsAt, textAt } from './kube-object.ts';
import { ofPod, type Reference, type Say } from './pod-references.ts';
import { podTemplateOf } from './pod-template.ts';

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
