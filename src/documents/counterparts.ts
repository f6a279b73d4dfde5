import { word } from './document.ts';
import type { Extracted } from './extract/index.ts';
import type { Container, Manifest, PodSpec } from './extract/manifests.ts';
import { dig, isJson, listOf, textOf } from './extract/yaml.ts';
import { mountOf, type VolumeUse } from './pod-mounts.ts';
import type { Counterpart, Subject } from './rules/proof.ts';

/** Where a finding's place went in adjusted manifests, or why it is in none of them. */
export type Match = { readonly found: string } | { readonly missing: string };

type Workload = { readonly pod: PodSpec; readonly container: Container };

const normal = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** Workloads by the service they were made of: their name, a container's, or the usual labels say which. */
export function workloadsOf(x: Extracted, owner: string | undefined, only: boolean): Workload[] {
  const all = x.pods.flatMap((pod) => pod.containers.map((container) => ({ pod, container })));
  if (owner === undefined) return all;
  const name = normal(owner);
  const exact = all.filter(({ container }) => normal(textOf(container.raw.name) ?? '') === name);
  if (exact.length > 0) return exact;
  const named = all.filter(({ pod }) => {
    const labels = dig(pod.owner.object, 'metadata', 'labels');
    const told = ['app', 'app.kubernetes.io/name', 'app.kubernetes.io/component'].map((key) =>
      normal(textOf(dig(labels, key)) ?? ''),
    );
    const own = normal(pod.owner.name);
    return own === name || own.endsWith(`-${name}`) || told.includes(name);
  });
  // One service and one workload: their names may differ.
  return named.length > 0 || !only || x.pods.length !== 1 ? named : all;
}

const nameOf = (m: Manifest) => `${word(m.kind)}/${word(m.name)}`;

export function counterpartOf(by: Counterpart, subject: Subject, x: Extracted, only: boolean): Match {
  const workloads = workloadsOf(x, subject.owner, only);
  const [first] = workloads;
  const nowhere = { missing: subject.owner === undefined ? 'no workload' : `no workload of ${word(subject.owner)}` };
  switch (by) {
    case 'objects':
      return x.manifests.length > 0 ? { found: `${x.manifests.length} objects` } : { missing: 'no Kubernetes object' };
    case 'workload':
    case 'image':
      return first === undefined ? nowhere : { found: nameOf(first.pod.owner) };
    case 'mount':
    case 'claim':
    case 'shared-claim':
      return first === undefined && x.pods.length === 0 && subject.path === undefined
        ? claimAnywhere(x)
        : mounted(by, subject, workloads, x, nowhere);
    case 'high-port':
      return highPort(workloads, nowhere);
    case 'service':
      return service(subject, workloads, x);
    case 'entry':
      return entry(x);
    case 'probe':
      return probe(subject, workloads, x, only, nowhere);
    case 'job':
      return job(subject, workloads, x);
    case 'configuration': {
      const reader = workloads.find(({ container }) => readsConfiguration(container));
      return reader !== undefined
        ? { found: nameOf(reader.pod.owner) }
        : {
            missing: first === undefined ? nowhere.missing : `${nameOf(first.pod.owner)} reads no ConfigMap or Secret`,
          };
    }
    case 'requests': {
      const asking = workloads.find(({ container }) => isJson(dig(container.raw, 'resources', 'requests')));
      return asking === undefined
        ? { missing: first === undefined ? nowhere.missing : 'a container without resource requests' }
        : { found: nameOf(asking.pod.owner) };
    }
  }
}

function claimAnywhere(x: Extracted): Match {
  const claim = x.manifests.find(
    (m) => m.kind === 'PersistentVolumeClaim' || dig(m.object, 'spec', 'volumeClaimTemplates') !== undefined,
  );
  const told = x.settings.some((s) => /storage-?class|^size$/i.test(s.key));
  return claim !== undefined ? { found: nameOf(claim) } : told ? { found: 'the values' } : { missing: 'no claim' };
}

function mounted(
  by: 'mount' | 'claim' | 'shared-claim',
  subject: Subject,
  workloads: readonly Workload[],
  x: Extracted,
  nowhere: { missing: string },
): Match {
  if (workloads.length === 0) return nowhere;
  if (subject.path === undefined) {
    const any = workloads.find(({ pod }) => listOf(pod.spec.volumes).length > 0 || hasTemplates(pod));
    return any === undefined ? claimAnywhere(x) : { found: `a volume of ${nameOf(any.pod.owner)}` };
  }
  const uses = workloads.flatMap(({ pod, container }) => mountOf(pod, container, subject.path ?? '') ?? []);
  const [use] = uses;
  if (use === undefined) return { missing: `nothing is mounted at ${word(subject.path)}` };
  const wrong = unfit(by, subject, use);
  return wrong === undefined
    ? { found: `${use.kind} ${word(use.name)} in ${nameOf(use.owner)}` }
    : { missing: `${word(subject.path)} is ${wrong}` };
}

const hasTemplates = (pod: PodSpec) => listOf(dig(pod.owner.object, 'spec', 'volumeClaimTemplates')).length > 0;

/** Why this volume doesn't hold what was there; undefined when it does. */
function unfit(
  by: 'mount' | 'claim' | 'shared-claim',
  { holds, readOnly }: Subject,
  { kind }: VolumeUse,
): string | undefined {
  if (kind === 'hostPath') return 'still a path of the host';
  if (by !== 'mount') return kind === 'claim' ? undefined : `${aOf(kind)}, not a claim`;
  if (holds === 'secret')
    return kind === 'Secret' || kind === 'claim' || kind === 'csi' ? undefined : `${aOf(kind)}, but it holds a secret`;
  if (holds === 'configuration') {
    if (kind === 'ConfigMap' || kind === 'Secret' || kind === 'csi') return undefined;
    return kind === 'claim' && readOnly !== true
      ? undefined
      : `${aOf(kind)}, which is empty: its content comes from a ConfigMap`;
  }
  if (holds === 'data' && kind === 'emptyDir') return 'an emptyDir, which is lost with the Pod';
  if (holds === 'data' && kind !== 'claim' && kind !== 'csi' && readOnly !== true)
    return `${aOf(kind)}, which can’t be written`;
  return undefined;
}

const aOf = (kind: VolumeUse['kind']) => `${/^[aeiou]/i.test(kind) ? 'an' : 'a'} ${kind}`;

const portsOf = (container: Container) =>
  listOf(container.raw.ports).flatMap((p) =>
    typeof dig(p, 'containerPort') === 'number' ? Number(dig(p, 'containerPort')) : [],
  );

function highPort(workloads: readonly Workload[], nowhere: { missing: string }): Match {
  const [first] = workloads;
  if (first === undefined) return nowhere;
  const listening = workloads.find(({ container }) => portsOf(container).some((p) => p >= 1024));
  return listening === undefined
    ? { missing: `${nameOf(first.pod.owner)} declares no containerPort from 1024 on` }
    : { found: `${nameOf(listening.pod.owner)} on ${portsOf(listening.container).join(', ')}` };
}

function service({ owner, port, name }: Subject, workloads: readonly Workload[], x: Extracted): Match {
  const all = x.manifests.filter((m) => m.kind === 'Service');
  const wanted = name ?? owner;
  const own = all.filter(
    (m) =>
      wanted === undefined ||
      normal(m.name) === normal(wanted) ||
      normal(m.name).endsWith(`-${normal(wanted)}`) ||
      workloads.some(({ pod }) => selects(m, pod)),
  );
  const fits = own.find((m) => port === undefined || carries(m, port, workloads));
  if (fits !== undefined) return { found: nameOf(fits) };
  if (own.length > 0) return { missing: `${own.map(nameOf).join(', ')} without port ${port}` };
  return { missing: wanted === undefined ? 'no Service' : `no Service of ${word(wanted)}` };
}

function selects(m: Manifest, pod: PodSpec): boolean {
  const selector = dig(m.object, 'spec', 'selector');
  const labels =
    pod.owner.kind === 'Pod'
      ? dig(pod.owner.object, 'metadata', 'labels')
      : dig(pod.owner.object, 'spec', 'template', 'metadata', 'labels');
  return (
    isJson(selector) &&
    Object.keys(selector).length > 0 &&
    Object.entries(selector).every(([key, value]) => dig(labels, key) === value)
  );
}

/** The Service's port or what it leads to; a port below 1024 may lead to a higher one. */
function carries(m: Manifest, port: number, workloads: readonly Workload[]): boolean {
  const declared = workloads.flatMap(({ container }) =>
    listOf(container.raw.ports)
      .filter((p) => dig(p, 'containerPort') === port)
      .map((p) => textOf(dig(p, 'name'))),
  );
  return listOf(dig(m.object, 'spec', 'ports')).some((p) => {
    const [own, target] = [dig(p, 'port'), dig(p, 'targetPort')];
    return own === port || target === port || (typeof target === 'string' && declared.includes(target)) || port < 1024;
  });
}

function entry(x: Extracted): Match {
  const found = x.manifests.find((m) => /^(Route|Ingress|HTTPRoute|GRPCRoute|TLSRoute|Service)$/.test(m.kind));
  return found === undefined ? { missing: 'no Route, Ingress, Gateway route or Service' } : { found: nameOf(found) };
}

const PROBES = ['readinessProbe', 'startupProbe', 'livenessProbe'];

function probe(
  { owner, name }: Subject,
  workloads: readonly Workload[],
  x: Extracted,
  only: boolean,
  nowhere: { missing: string },
): Match {
  const awaited = name === undefined ? [] : workloadsOf(x, name, false);
  const probed = [...(name === undefined ? workloads : []), ...awaited].find(({ container }) =>
    PROBES.some((one) => container.raw[one] !== undefined),
  );
  if (probed !== undefined) return { found: `a probe of ${nameOf(probed.pod.owner)}` };
  const waiting =
    name === undefined ? undefined : workloadsOf(x, owner, only).find(({ pod }) => pod.containers.some((c) => c.init));
  if (waiting !== undefined) return { found: `an init container of ${nameOf(waiting.pod.owner)}` };
  const done =
    name === undefined ? undefined : x.manifests.find((m) => m.kind === 'Job' && normal(m.name).endsWith(normal(name)));
  if (done !== undefined) return { found: nameOf(done) };
  return workloads.length === 0
    ? nowhere
    : {
        missing: `no probe${name === undefined ? '' : ` of ${word(name)}, and no init container of ${word(owner)} that waits`}`,
      };
}

function job({ owner }: Subject, workloads: readonly Workload[], x: Extracted): Match {
  const own = workloads.find(({ pod, container }) => container.init || /^(Job|CronJob)$/.test(pod.owner.kind));
  if (own !== undefined)
    return { found: `${own.container.init ? 'an init container of ' : ''}${nameOf(own.pod.owner)}` };
  const other = x.pods.find((pod) => /^(Job|CronJob)$/.test(pod.owner.kind) || pod.containers.some((c) => c.init));
  return other === undefined || owner === undefined
    ? other === undefined
      ? { missing: 'no Job and no init container' }
      : { found: nameOf(other.owner) }
    : workloads.length > 0
      ? { found: nameOf(other.owner) }
      : { missing: `no Job of ${word(owner)}` };
}

const readsConfiguration = (container: Container): boolean =>
  container.raw.envFrom !== undefined ||
  listOf(container.raw.env).some((e) => dig(e, 'valueFrom') !== undefined) ||
  listOf(container.raw.volumeMounts).length > 0;
