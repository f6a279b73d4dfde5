import { at, isRecord, type KubeObject, podTemplateOf, recordsAt, textAt, textsAt } from '../objects/index.ts';
import { leaves, textOf } from '../plan/index.ts';
import { accountFacts, bindingFacts, roleFacts, ruleFacts } from './access.ts';
import { hostFacts, networkPolicyFacts, serviceFacts } from './exposure.ts';
import { type Fact, fact } from './fact.ts';
import { tellingFacts } from './telling.ts';

/** What a kind says beside what any object says. A new kind is one row. */
type OfKind = (object: KubeObject, namespace: string) => Fact[];

const claim = (spec: unknown, name = ''): Fact => {
  const size = textAt(spec, 'resources', 'requests', 'storage') || 'no size';
  const storageClass = textAt(spec, 'storageClassName');
  return fact(
    1,
    `claims ${size}${name === '' ? '' : ` for ${name}`}${storageClass === '' ? '' : ` of class ${storageClass}`}${textsAt(spec, 'accessModes').length === 0 ? '' : ` (${textsAt(spec, 'accessModes').join(', ')})`}`,
  );
};

const webhook: OfKind = (object) =>
  recordsAt(object, 'webhooks').map((hook) => {
    const service = at(hook, 'clientConfig', 'service');
    const to = isRecord(service)
      ? `Service ${textAt(service, 'namespace')}/${textAt(service, 'name')}`
      : textAt(hook, 'clientConfig', 'url');
    const about = recordsAt(hook, 'rules').map(
      (r) => `${textsAt(r, 'operations').join(',')} ${textsAt(r, 'resources').join(',')}`,
    );
    const policy = textAt(hook, 'failurePolicy');
    return fact(
      3,
      `asks ${to} about ${about.join('; ') || 'nothing'} of the whole cluster${policy === '' ? '' : `, failurePolicy ${policy}`}`,
    );
  });

/** Values of a ConfigMap: each key with its size, and the lines of it that a shell would run. */
const configMap: OfKind = (object) => {
  const data = Object.entries(isRecord(object.data) ? object.data : {});
  const binary = Object.keys(isRecord(object.binaryData) ? object.binaryData : {});
  return [
    ...data.flatMap(([key, value]) => tellingFacts(String(value), `data.${key}`, 2)),
    ...(data.length + binary.length === 0
      ? [fact(0, 'empty')]
      : [
          fact(
            0,
            `keys ${[...data.map(([key, value]) => sized(key, String(value))), ...binary.map((k) => `${k} (binary)`)].join(', ')}`,
          ),
        ]),
    ...(object.immutable === true ? [fact(1, 'immutable')] : []),
  ];
};

const sized = (key: string, value: string): string =>
  value.length <= 40 && !value.includes('\n') ? `${key}=${value}` : `${key} (${value.length} characters)`;

const secret: OfKind = (object) => {
  const keys = ['data', 'stringData'].flatMap((field) => Object.keys(isRecord(object[field]) ? object[field] : {}));
  const type = textAt(object, 'type');
  return [
    fact(
      1,
      `Secret with keys ${keys.join(', ') || '(none)'}${type === '' || type === 'Opaque' ? '' : ` of type ${type}`}`,
    ),
    ...(type === 'kubernetes.io/service-account-token' ? [fact(3, 'a lasting token of a service account')] : []),
  ];
};

const KINDS: Readonly<Record<string, OfKind>> = {
  'Role.rbac.authorization.k8s.io': roleFacts,
  'ClusterRole.rbac.authorization.k8s.io': roleFacts,
  'RoleBinding.rbac.authorization.k8s.io': bindingFacts,
  'ClusterRoleBinding.rbac.authorization.k8s.io': bindingFacts,
  'RoleBinding.authorization.openshift.io': bindingFacts,
  'ClusterRoleBinding.authorization.openshift.io': bindingFacts,
  ServiceAccount: accountFacts,
  Service: serviceFacts,
  'NetworkPolicy.networking.k8s.io': networkPolicyFacts,
  ConfigMap: configMap,
  Secret: secret,
  PersistentVolumeClaim: (o) => [claim(o.spec)],
  'StatefulSet.apps': (o) =>
    recordsAt(o, 'spec', 'volumeClaimTemplates').map((t) => claim(t.spec, textAt(t, 'metadata', 'name'))),
  PersistentVolume: (o) => [
    fact(
      2,
      `volume of ${textAt(o, 'spec', 'capacity', 'storage')}, ${textAt(o, 'spec', 'persistentVolumeReclaimPolicy') || 'Retain'}`,
    ),
  ],
  'StorageClass.storage.k8s.io': (o) => [
    fact(2, `storage by ${textAt(o, 'provisioner')}, ${textAt(o, 'reclaimPolicy') || 'Delete'}`),
    ...(o.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true'
      ? [fact(2, 'the default of every claim without a class')]
      : []),
  ],
  Namespace: (o) =>
    Object.entries(o.metadata.labels ?? {}).flatMap(([key, value]) =>
      /^pod-security\.kubernetes\.io\/enforce$/.test(key)
        ? [fact(value === 'privileged' ? 3 : 1, `enforces Pod security "${value}"`)]
        : [],
    ),
  ResourceQuota: (o) => [fact(1, `limits the namespace: ${JSON.stringify(at(o, 'spec', 'hard') ?? {})}`)],
  LimitRange: (o) => [fact(1, `limits every container: ${JSON.stringify(at(o, 'spec', 'limits') ?? [])}`)],
  'PriorityClass.scheduling.k8s.io': (o) => [
    fact(2, `priority ${String(o.value)}${o.globalDefault === true ? ', the default of every Pod' : ''}`),
  ],
  'HorizontalPodAutoscaler.autoscaling': (o) => [
    fact(
      1,
      `scales ${textAt(o, 'spec', 'scaleTargetRef', 'name')} from ${String(at(o, 'spec', 'minReplicas') ?? 1)} to ${String(at(o, 'spec', 'maxReplicas'))}`,
    ),
  ],
  'PodDisruptionBudget.policy': (o) => {
    const [least, most] = [at(o, 'spec', 'minAvailable'), at(o, 'spec', 'maxUnavailable')];
    const stuck = most === 0 || most === '0%' || least === '100%';
    return [
      fact(
        stuck ? 2 : 0,
        `${least === undefined ? `at most ${String(most)} unavailable` : `at least ${String(least)} available`}${stuck ? ': no node can be drained' : ''}`,
      ),
    ];
  },
  'MutatingWebhookConfiguration.admissionregistration.k8s.io': webhook,
  'ValidatingWebhookConfiguration.admissionregistration.k8s.io': webhook,
  'APIService.apiregistration.k8s.io': (o) => [
    fact(
      3,
      `answers a part of the API by Service ${textAt(o, 'spec', 'service', 'namespace')}/${textAt(o, 'spec', 'service', 'name')}`,
    ),
  ],
  'CustomResourceDefinition.apiextensions.k8s.io': (o) => [
    fact(
      2,
      `defines ${textAt(o, 'spec', 'names', 'kind')} of ${textAt(o, 'spec', 'group')} (${textAt(o, 'spec', 'scope')})`,
    ),
    ...(textAt(o, 'spec', 'conversion', 'strategy') === 'Webhook' ? [fact(3, 'converts by a webhook')] : []),
  ],
  'CertificateSigningRequest.certificates.k8s.io': (o) => [
    fact(3, `asks for a certificate of ${textAt(o, 'spec', 'signerName')}`),
  ],
  'SecurityContextConstraints.security.openshift.io': (o) => [
    fact(
      3,
      `allows Pods of ${[...textsAt(o, 'users'), ...textsAt(o, 'groups')].join(', ') || 'nobody yet'} what it says`,
    ),
  ],
  Node: () => [fact(3, 'a node')],
  Endpoints: (o) => [
    fact(3, `sends the traffic of Service ${o.metadata.name ?? ''} to ${addressesIn(o.subsets) || 'nowhere'}`),
  ],
  'EndpointSlice.discovery.k8s.io': (o) => [
    fact(
      3,
      `sends the traffic of Service ${o.metadata.labels?.['kubernetes.io/service-name'] ?? '?'} to ${addressesIn(o.endpoints) || 'nowhere'}`,
    ),
  ],
};

const addressesIn = (list: unknown): string =>
  recordsAt({ list }, 'list')
    .flatMap((one) => [...textsAt(one, 'addresses'), ...recordsAt(one, 'addresses').map((a) => textAt(a, 'ip'))])
    .join(', ');

/** Fields of a kind that no table knows, the ones that name something else first. */
const NAMING = /:\/\/|namespace|name|host|url|repo|server|image|secret|key|role|approval|policy|command|user/i;
const MOST_FIELDS = 8;

function unknownFacts(object: KubeObject): Fact[] {
  const { apiVersion: _a, kind: _k, metadata: _m, status: _s, ...rest } = object;
  const said = leaves({}, rest)
    .flatMap((leaf) => deepest(leaf.path, leaf.after))
    .sort((a, b) => Number(NAMING.test(b)) - Number(NAMING.test(a)));
  if (said.length === 0) return [];
  const more = said.length > MOST_FIELDS ? `, and ${said.length - MOST_FIELDS} more fields` : '';
  return [fact(0, `with ${said.slice(0, MOST_FIELDS).join(', ')}${more}`)];
}

function deepest(path: string, value: unknown, depth = 0): string[] {
  if (depth < 40 && Array.isArray(value)) return value.flatMap((item, i) => deepest(`${path}[${i}]`, item, depth + 1));
  if (depth < 40 && isRecord(value))
    return Object.entries(value).flatMap(([key, item]) => deepest(`${path}.${key}`, item, depth + 1));
  const text = textOf(value);
  return [
    `${path.replace(/^spec\./, '')}=${text.length > 60 ? `${text.slice(0, 60).toWellFormed()}… (${text.length} characters)` : text}`,
  ];
}

/** Kinds without a namespace, for objects that no server has answered about. */
const CLUSTER_SCOPED =
  /^(Namespace|Node|PersistentVolume|(Cluster|StorageClass|PriorityClass|RuntimeClass|IngressClass|GatewayClass)\w*|\w*WebhookConfiguration|CustomResourceDefinition|APIService|CSI(Driver|Node)|SecurityContextConstraints|CertificateSigningRequest|\w*AdmissionPolicy(Binding)?|VolumeAttachment|FlowSchema|PriorityLevelConfiguration)$/;

export const looksClusterScoped = (object: KubeObject): boolean =>
  CLUSTER_SCOPED.test(object.kind) &&
  !(object.kind === 'Cluster' || (/^Cluster(Issuer)?$/.test(object.kind) && object.metadata.namespace !== undefined));

const kindName = (object: KubeObject): string => {
  const slash = object.apiVersion.indexOf('/');
  return slash < 0 ? object.kind : `${object.kind}.${object.apiVersion.slice(0, slash)}`;
};

/** Annotations by which others run code, open hosts or delete. */
const STEERING =
  /snippet|auth-url|external-dns\.alpha|lua|server-alias|argocd\.argoproj\.io\/(hook|sync)|helm\.sh\/hook|kubectl\.kubernetes\.io\/restartedAt|pod-security|cluster-autoscaler|backup|pre\.hook|post\.hook|load-balancer|whitelist|allowlist/;

/** `planned`: as the plan has it, without what the server fills in. */
export function kindFacts(object: KubeObject, namespace: string, planned = object): Fact[] {
  const own = KINDS[kindName(object)]?.(object, namespace) ?? [];
  const unknown = KINDS[kindName(object)] === undefined && podTemplateOf(object) === undefined;
  const rules =
    KINDS[kindName(object)] === undefined && Array.isArray(object.rules) ? ruleFacts(recordsAt(object, 'rules')) : [];
  const { annotations = {}, finalizers = [], ownerReferences = [] } = object.metadata;
  const steering = Object.entries(annotations).flatMap(([key, value]): Fact[] =>
    /snippet|lua/.test(key)
      ? [fact(3, `${key}: ${value}`)]
      : STEERING.test(key)
        ? [fact(2, `${key}: ${value}`)]
        : tellingFacts(String(value), `annotation ${key}`, 1),
  );
  return [
    ...own,
    ...rules,
    ...(unknown ? unknownFacts(planned) : []),
    ...hostFacts(object),
    ...steering,
    ...(finalizers.length === 0 ? [] : [fact(2, `can't be deleted before ${finalizers.join(', ')} is taken away`)]),
    ...ownerReferences.map((o) => fact(2, `is deleted with ${o.kind}/${o.name}`)),
  ];
}
