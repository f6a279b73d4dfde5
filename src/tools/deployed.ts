import type { Reader } from '../cluster/index.ts';
import {
  type KubeObject,
  podTemplateOf,
  type Reference,
  readiness,
  recordsAt,
  referencesOf,
  selectorOf,
  textAt,
  treeOf,
} from '../objects/index.ts';
import { lookAtPhase } from '../phases/live.ts';
import { allPhases, type StoredPlan } from '../phases/stored.ts';
import type { Component, Deployed } from '../report/index.ts';
import type { Deployment } from '../workflow/index.ts';

/** A component of the plan that is there, with what the cluster has made of it. */
type Found = { readonly phase: number; readonly live: KubeObject; readonly pods: readonly KubeObject[] };

/** What of the plan is live now, with what its controllers made: the Pods that run, and the Services an operator adds. */
export async function whatIsDeployed(reader: Reader, d: Deployment, stored: StoredPlan): Promise<Deployed> {
  const { namespace } = d.target;
  const version = await reader.version();
  const [pods, sets, services] = await Promise.all([
    listed(reader, 'v1', 'Pod', namespace),
    listed(reader, 'apps/v1', 'ReplicaSet', namespace),
    listed(reader, 'v1', 'Service', namespace),
  ]);
  const found: Found[] = [];
  const absent: Component[] = [];
  for (const phase of allPhases(stored, d)) {
    for (const { ref, live, verdict, finished } of await lookAtPhase(reader, d, phase)) {
      if (live === undefined) {
        const status = finished === undefined ? 'missing' : 'done';
        absent.push({
          phase: phase.number,
          kind: ref.kind,
          name: ref.name,
          status,
          message: verdict.message,
          images: [],
        });
        continue;
      }
      const own = new Set(treeOf(live, [...sets, ...pods]).map(({ metadata }) => metadata.uid));
      found.push({ phase: phase.number, live, pods: pods.filter(({ metadata }) => own.has(metadata.uid)) });
    }
  }
  const planned = new Set(found.map(({ live }) => live.metadata.uid));
  const added = found.flatMap(({ phase, live }) =>
    treeOf(live, services).flatMap((one): Found[] =>
      planned.has(one.metadata.uid) ? [] : [{ phase, live: { ...SERVICE, ...one }, pods: [] }],
    ),
  );
  const all = [...found, ...added];
  return {
    components: [...all.map((one) => componentOf(one, all)), ...absent].toSorted((a, b) => a.phase - b.phase),
    version: version.ok ? version.value.gitVersion : 'version unknown',
    addresses: all.flatMap(({ live }) => addressesOf(live, namespace)),
    secrets: [
      ...new Set([
        ...stored.plan.secrets.map(({ name }) => name),
        ...all.flatMap(({ live }) => [
          ...(live.kind === 'Secret' ? [textAt(live, 'metadata', 'name')] : []),
          ...referencesOf(live).flatMap(({ kind, name }) => (kind === 'Secret' ? [name] : [])),
        ]),
      ]),
    ].toSorted(),
  };
}

/** Items of a list do not say what they are. */
const SERVICE = { apiVersion: 'v1', kind: 'Service' };

async function listed(reader: Reader, apiVersion: string, kind: string, namespace: string): Promise<KubeObject[]> {
  const answer = await reader.list({ apiVersion, kind }, { namespace });
  return answer.ok ? [...answer.value.items] : [];
}

function componentOf({ phase, live, pods }: Found, all: readonly Found[]): Component {
  const { status, message } = readiness(live);
  return {
    phase,
    kind: live.kind,
    name: textAt(live, 'metadata', 'name'),
    status: status === 'unknown' ? 'present' : status,
    message,
    images: imagesOf(pods, live),
    leadsTo: [...new Set([...selectedBy(live, all), ...ownedBy(live, all), ...namedBy(live)])],
  };
}

/** By digest, as the kubelet reports what it runs; as written where nothing runs. */
function imagesOf(pods: readonly KubeObject[], live: KubeObject): string[] {
  const run = pods.flatMap((pod) =>
    recordsAt(pod, 'status', 'containerStatuses').map((c) => textAt(c, 'imageID') || textAt(c, 'image')),
  );
  const running = run.filter((image) => image !== '');
  const written = recordsAt(podTemplateOf(live)?.spec, 'containers').map((c) => textAt(c, 'image'));
  return [...new Set(running.length > 0 ? running : written)];
}

const nameOf = ({ live }: Found) => `${live.kind}/${textAt(live, 'metadata', 'name')}`;

/** The workloads whose Pods a Service, a budget or a policy selects. */
function selectedBy(live: KubeObject, all: readonly Found[]): string[] {
  const wanted = Object.entries(live.kind === 'Service' ? (selectorOf(live) ?? {}) : {});
  const matches = (labels: Readonly<Record<string, string>>) => wanted.every(([key, value]) => labels[key] === value);
  if (wanted.length === 0) return [];
  return all
    .filter((one) => one.live !== live && [templateLabels(one.live), ...one.pods.map(labelsOf)].some(matches))
    .map(nameOf);
}

const labelsOf = (object: KubeObject) => object.metadata.labels ?? {};
const templateLabels = (live: KubeObject) => podTemplateOf(live)?.labels ?? {};

const ownedBy = (live: KubeObject, all: readonly Found[]): string[] =>
  all
    .filter((one) => one.live.metadata.ownerReferences?.some(({ uid }) => uid === live.metadata.uid) === true)
    .map(nameOf);

const DRAWN: readonly Reference['kind'][] = ['Service', 'Secret', 'ConfigMap', 'PersistentVolumeClaim', 'ScaleTarget'];

const namedBy = (live: KubeObject): string[] =>
  referencesOf(live)
    .filter(({ kind }) => DRAWN.includes(kind))
    .map(({ kind, name }) => (kind === 'ScaleTarget' ? name : `${kind}/${name}`));

function addressesOf(live: KubeObject, namespace: string): string[] {
  const name = textAt(live, 'metadata', 'name');
  const scheme = (secure: boolean) => (secure ? 'https' : 'http');
  if (live.kind === 'Route')
    return [
      `Route ${name}: ${scheme(textAt(live, 'spec', 'tls', 'termination') !== '')}://${textAt(live, 'spec', 'host')}${textAt(live, 'spec', 'path')}`,
    ];
  if (live.kind === 'Ingress')
    return recordsAt(live, 'spec', 'rules').map(
      (rule) =>
        `Ingress ${name}: ${scheme(recordsAt(live, 'spec', 'tls').length > 0)}://${textAt(rule, 'host') || '*'}`,
    );
  if (live.kind === 'Service')
    return recordsAt(live, 'spec', 'ports').map(
      ({ port }) => `Service ${name}: \`${name}.${namespace}.svc:${String(port)}\` (inside the cluster)`,
    );
  return [];
}
