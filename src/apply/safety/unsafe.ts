import type { KubeObject } from '../../objects/kube-object.ts';
import { at, called, isRecord, refOf } from '../ref.ts';
import { trackedBy } from '../tracked.ts';
import type { Danger } from './danger.ts';
import { hostsOf } from './hosts.ts';
import { containersOf, type PodShape, podsOf, records, strings } from './pods.ts';
import { isEmptySelector, type Selector, selects } from './selectors.ts';
import type { Surroundings } from './surroundings.ts';

type Finding = readonly [Danger['reason'], string];

/** Pure: what firing these documents into these surroundings could touch that isn't theirs. */
export function dangersOf(objects: readonly KubeObject[], around: Surroundings, namespace: string): Danger[] {
  const own = {
    Secret: namesOf(objects, 'Secret'),
    PersistentVolumeClaim: namesOf(objects, 'PersistentVolumeClaim'),
    ServiceAccount: namesOf(objects, 'ServiceAccount'),
  };
  return objects.flatMap((object) => {
    const pods = podsOf(object);
    const found: Finding[] = [
      ...metadataDangers(object, namespace),
      ...pods.flatMap((pod) => [
        ...hostDangers(pod),
        ...borrowed(pod, own),
        ...selectedBy(object, pod, around.selectors),
      ]),
      ...claimsOf(object).flatMap((claim) => taken(claim, objects)),
      ...customBorrowed(object, own.Secret, around.secrets),
      ...exposes(object, around),
      ...selectsExisting(object, around.pods),
    ];
    const name = called(refOf(object));
    return distinct(found).map(([reason, message]) => ({ reason, object: name, message }));
  });
}

const namesOf = (objects: readonly KubeObject[], kind: string) =>
  new Set(objects.filter((o) => o.kind === kind && o.apiVersion === 'v1').map((o) => o.metadata.name ?? ''));

function metadataDangers(object: KubeObject, namespace: string): Finding[] {
  const found: Finding[] = [];
  const elsewhere = object.metadata.namespace;
  if (elsewhere !== undefined && elsewhere !== namespace) {
    found.push(['OtherNamespace', `it asks for namespace ${elsewhere}; bullets are fired in ${namespace}`]);
  }
  const tracker = trackedBy(object);
  if (tracker !== undefined) found.push(['GitOpsTracking', `it is marked as ${tracker.by}'s (${tracker.via})`]);
  if ((object.metadata.ownerReferences ?? []).length > 0) found.push(['Owned', 'it names an owner']);
  if ((object.metadata.finalizers ?? []).length > 0) {
    found.push(['Owned', 'it brings finalizers, which would hold up its removal']);
  }
  return found;
}

const CAPABILITIES = new Set(['NET_BIND_SERVICE']);

function hostDangers(pod: PodShape): Finding[] {
  const found: Finding[] = [];
  for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) {
    if (pod.spec[field] === true) found.push(['HostAccess', `its Pod uses ${field}`]);
  }
  for (const volume of records(pod.spec.volumes)) {
    if (isRecord(volume.hostPath))
      found.push(['HostAccess', `its Pod mounts the node's ${String(volume.hostPath.path)}`]);
  }
  for (const container of containersOf(pod)) {
    if (records(container.ports).some((port) => port.hostPort !== undefined)) {
      found.push(['HostAccess', `container ${String(container.name)} takes a port of the node`]);
    }
    if (at(container, 'securityContext', 'privileged') === true) {
      found.push(['Privileged', `container ${String(container.name)} is privileged`]);
    }
    const added = at(container, 'securityContext', 'capabilities', 'add');
    const more = Array.isArray(added) ? added.map(String).filter((c) => !CAPABILITIES.has(c)) : [];
    if (more.length > 0) found.push(['Privileged', `container ${String(container.name)} adds ${more.join(', ')}`]);
  }
  if (typeof pod.spec.priorityClassName === 'string' && pod.spec.priorityClassName !== '') {
    found.push(['Preempts', `its Pod has the priority class ${pod.spec.priorityClassName} and may push others out`]);
  }
  return found;
}

type Own = Record<'Secret' | 'PersistentVolumeClaim' | 'ServiceAccount', ReadonlySet<string>>;

/** What a Pod uses of others: imagePullSecrets are left to the kubelet, no container sees them. */
function borrowed(pod: PodShape, own: Own): Finding[] {
  const found: Finding[] = [];
  const account = pod.spec.serviceAccountName ?? pod.spec.serviceAccount;
  if (typeof account === 'string' && account !== '' && account !== 'default' && !own.ServiceAccount.has(account)) {
    found.push(['ForeignServiceAccount', `its Pod would run as the service account ${account}`]);
  }
  for (const name of secretsOf(pod)) {
    if (!own.Secret.has(name)) found.push(['ExistingSecret', `its Pod would read the Secret ${name}`]);
  }
  for (const volume of records(pod.spec.volumes)) {
    const claim = at(volume, 'persistentVolumeClaim', 'claimName');
    if (typeof claim === 'string' && !own.PersistentVolumeClaim.has(claim)) {
      found.push(['ExistingClaim', `its Pod would mount the claim ${claim}`]);
    }
  }
  return found;
}

/** The claims that a document makes: its own, or its templates'. */
function claimsOf(object: KubeObject): Record<string, unknown>[] {
  if (object.kind === 'PersistentVolumeClaim') return [object];
  return object.kind === 'StatefulSet' ? records(at(object, 'spec', 'volumeClaimTemplates')) : [];
}

/** A volume named by its name goes the way its policy says when the claim goes; a clone holds what its source holds. */
function taken(claim: Record<string, unknown>, objects: readonly KubeObject[]): Finding[] {
  const found: Finding[] = [];
  const volume = at(claim, 'spec', 'volumeName');
  if (typeof volume === 'string' && volume !== '') found.push(['ExistingClaim', `it would take the volume ${volume}`]);
  for (const field of ['dataSource', 'dataSourceRef']) {
    const [kind, name] = [at(claim, 'spec', field, 'kind'), at(claim, 'spec', field, 'name')];
    if (typeof name !== 'string' || objects.some((o) => o.kind === kind && o.metadata.name === name)) continue;
    found.push(['ExistingClaim', `it would copy what is in ${String(kind)} ${name}`]);
  }
  return found;
}

function secretsOf(pod: PodShape): string[] {
  const volumes = records(pod.spec.volumes).flatMap((volume) => [
    at(volume, 'secret', 'secretName'),
    ...records(at(volume, 'projected', 'sources')).map((source) => at(source, 'secret', 'name')),
  ]);
  const containers = containersOf(pod).flatMap((container) => [
    ...records(container.env).map((env) => at(env, 'valueFrom', 'secretKeyRef', 'name')),
    ...records(container.envFrom).map((from) => at(from, 'secretRef', 'name')),
  ]);
  return [...volumes, ...containers].filter((name) => typeof name === 'string');
}

/** A custom resource that names a Secret which is there and not its own (or would have one written over it). */
function customBorrowed(object: KubeObject, own: ReadonlySet<string>, existing: ReadonlySet<string>): Finding[] {
  if (podsOf(object).length > 0) return [];
  const found: Finding[] = [];
  visit(object.spec, '', (key, text, parent) => {
    const names = /secretName$/i.test(key) || (key === 'name' && /secret(key)?(ref|selector)?s?$/i.test(parent));
    if (names && existing.has(text) && !own.has(text)) found.push(['ExistingSecret', `it names the Secret ${text}`]);
  });
  return found;
}

function visit(
  value: unknown,
  key: string,
  tell: (key: string, text: string, parent: string) => void,
  parent = '',
): void {
  if (typeof value === 'string') tell(key, value, parent);
  else if (Array.isArray(value)) for (const item of value) visit(item, key, tell, parent);
  else if (isRecord(value)) for (const [k, v] of Object.entries(value)) visit(v, k, tell, key);
}

/** Labels by which something that is there would take our Pods for its own. */
function selectedBy(object: KubeObject, pod: PodShape, selectors: Surroundings['selectors']): Finding[] {
  return (
    selectors
      .filter((s) => !isEmptySelector(s.selector) && selects(s.selector, pod.labels))
      // A workload adopts only Pods without a controller.
      .filter((s) => !s.adopts || object.kind === 'Pod')
      .map((s): Finding => ['SelectedByExisting', `the labels of its Pod match the selector of ${s.name}`])
  );
}

function exposes(object: KubeObject, around: Surroundings): Finding[] {
  const found: Finding[] = [];
  if (object.kind === 'Service' && at(object, 'spec', 'type') === 'LoadBalancer') {
    found.push(['LoadBalancer', 'it asks for a load balancer']);
  }
  if (object.kind === 'Service' && Array.isArray(at(object, 'spec', 'externalIPs'))) {
    found.push(['ExternalIPs', 'it takes traffic of external addresses']);
  }
  if (object.kind === 'Gateway') found.push(['LoadBalancer', 'a Gateway makes a load balancer']);
  for (const host of hostsOf(object)) {
    if (host === '*') found.push(['LiveHost', 'it has no host, so it would take every one']);
    else if (around.hosts.has(host)) found.push(['LiveHost', `${host} is served by ${around.hosts.get(host)}`]);
  }
  return found;
}

/** Our own selectors must not take in what is there: a NetworkPolicy would cut it off, a Service send it traffic. */
function selectsExisting(object: KubeObject, pods: Surroundings['pods']): Finding[] {
  const selector = selectorOf(object);
  if (selector === undefined) return [];
  if (isEmptySelector(selector) && object.kind === 'Service') return [];
  const hit = pods.find((pod) => selects(selector, pod.labels));
  return hit === undefined ? [] : [['SelectsExisting', `its selector takes in ${hit.name}`]];
}

export function selectorOf(object: KubeObject): Selector | undefined {
  const selector = object.kind === 'NetworkPolicy' ? at(object, 'spec', 'podSelector') : at(object, 'spec', 'selector');
  if (!['Service', 'NetworkPolicy', 'PodDisruptionBudget'].includes(object.kind)) return undefined;
  if (object.kind === 'Service') return isRecord(selector) ? strings(selector) : undefined;
  return isRecord(selector) ? selector : {};
}

const distinct = (found: readonly Finding[]): Finding[] => [
  ...new Map(found.map((finding) => [finding.join('\n'), finding])).values(),
];
