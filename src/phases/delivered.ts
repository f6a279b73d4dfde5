import { called } from '../apply/index.ts';
import type { ApiFailure, Reader } from '../cluster/index.ts';
import { type KubeObject, readiness } from '../objects/index.ts';
import type { Delivery } from '../plan/index.ts';
import { fail, type PlacedObject, pass, unknown, type Verdict } from '../workflow/index.ts';

/**
 * Who brought an object that apply-phase did not: the mark on it is only a claim, so the release, Application or
 * Kustomization that it names must be there, be about this object, and say that it is synced and healthy.
 */
export async function provenanceOf(
  reader: Reader,
  delivery: Exclude<Delivery, 'apply'>,
  ref: PlacedObject,
  live: KubeObject,
): Promise<Verdict> {
  if (delivery === 'external') return pass('Present', `${called(ref)} is there; others bring it, as the plan says`);
  if (delivery === 'helm') return byHelm(reader, ref, live);
  // The tracker itself (an Application, a Kustomization) is judged by its own readiness.
  if (/^(argoproj\.io|(kustomize|helm|source)\.toolkit\.fluxcd\.io)\//.test(ref.apiVersion))
    return pass('Present', `${called(ref)} is there`);
  return byGitOps(reader, ref, live);
}

async function byGitOps(reader: Reader, ref: PlacedObject, live: KubeObject): Promise<Verdict> {
  const labels = live.metadata.labels ?? {};
  const id = live.metadata.annotations?.['argocd.argoproj.io/tracking-id'];
  if (id !== undefined) return byArgo(reader, ref, live, id);
  const instance = labels['argocd.argoproj.io/instance'];
  if (instance !== undefined) return application(reader, ref, instance);
  for (const [group, kind] of FLUX) {
    const name = labels[`${group}/name`];
    const namespace = labels[`${group}/namespace`];
    if (name !== undefined && namespace !== undefined) return byFlux(reader, ref, { group, kind, name, namespace });
  }
  return fail('NotTracked', `${called(ref)} is there, but neither Argo CD nor Flux tracks it`);
}

const FLUX = [
  ['kustomize.toolkit.fluxcd.io', 'Kustomization'],
  ['helm.toolkit.fluxcd.io', 'HelmRelease'],
] as const;

/** `application:group/Kind:namespace/name`. A copied annotation names another object. */
async function byArgo(reader: Reader, ref: PlacedObject, live: KubeObject, id: string): Promise<Verdict> {
  const [app = '', kind, object = ''] = id.split(':');
  const group = ref.apiVersion.includes('/') ? ref.apiVersion.split('/')[0] : '';
  const { namespace } = live.metadata;
  // Of a cluster-scoped object the id holds the Application's namespace.
  const same = namespace === undefined ? object.endsWith(`/${ref.name}`) : object === `${namespace}/${ref.name}`;
  if (kind !== `${group}/${ref.kind}` || !same) {
    return fail('NotTracked', `${called(ref)} carries Argo CD's mark of another object (${id})`);
  }
  return application(reader, ref, app);
}

/** An Application in another namespace than Argo CD's own is called `namespace_name`. */
async function application(reader: Reader, ref: PlacedObject, called_: string): Promise<Verdict> {
  const listed = await reader.list({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application' });
  if (!listed.ok) return unseen(ref, `the Application ${called_}`, listed.error);
  const cut = called_.indexOf('_');
  const app = listed.value.items.find(
    ({ metadata: m }) =>
      m.name === called_ || (cut > 0 && m.namespace === called_.slice(0, cut) && m.name === called_.slice(cut + 1)),
  );
  if (app === undefined)
    return fail('NotTracked', `${called(ref)} names the Application ${called_}, and there is none of that name`);
  const status = Object(app.status);
  const resources: unknown[] = Array.isArray(status.resources) ? status.resources : [];
  const own = resources.map((r) => Object(r)).find((r) => r.kind === ref.kind && r.name === ref.name);
  if (own === undefined)
    return fail('NotTracked', `${called(ref)} names the Application ${called_}, which does not list it`);
  if (own.status !== 'Synced')
    return fail('OutOfSync', `${called(ref)} is ${own.status ?? 'not compared'} in the Application ${called_}`);
  return settled(ref, app, `Argo CD's Application ${called_}, revision ${Object(status.sync).revision ?? 'unknown'}`);
}

async function byFlux(
  reader: Reader,
  ref: PlacedObject,
  by: { group: string; kind: string; name: string; namespace: string },
): Promise<Verdict> {
  const what = `${by.kind} ${by.namespace}/${by.name}`;
  const discovery = await reader.discovery();
  const version = discovery.ok ? discovery.value.find({ group: by.group, kind: by.kind })?.version : undefined;
  if (version === undefined)
    return fail('NotTracked', `${called(ref)} names the ${what}, but the cluster serves no such kind`);
  const { kind, name, namespace } = by;
  const found = await reader.getIfThere({ apiVersion: `${by.group}/${version}`, kind, name, namespace });
  if (!found.ok) return unseen(ref, `the ${what}`, found.error);
  if (found.value === undefined) return fail('NotTracked', `${called(ref)} names the ${what}, which is not there`);
  const inventory: unknown = Object(Object(found.value.status).inventory).entries;
  if (Array.isArray(inventory)) {
    // namespace_name_group_Kind
    const group = ref.apiVersion.includes('/') ? ref.apiVersion.split('/')[0] : '';
    const id = `${ref.namespace ?? ''}_${ref.name}_${group}_${ref.kind}`;
    if (!inventory.some((entry) => Object(entry).id === id))
      return fail('NotTracked', `${called(ref)} names the ${what}, whose inventory does not hold it`);
  }
  const status = Object(found.value.status);
  return settled(ref, found.value, `Flux's ${what}, revision ${status.lastAppliedRevision ?? 'unknown'}`);
}

function settled(ref: PlacedObject, tracker: KubeObject, by: string): Verdict {
  const reading = readiness(tracker);
  if (reading.status === 'ready') return pass('Tracked', `${called(ref)} is kept by ${by}: ${reading.message}`);
  const words = `${called(ref)} is kept by ${by}, which is not settled: ${reading.message}`;
  return reading.status === 'unknown' ? unknown(reading.reason, words) : fail(reading.reason, words);
}

/** Helm keeps each revision of a release in a Secret; its labels say which of them is deployed. Its content is not read. */
async function byHelm(reader: Reader, ref: PlacedObject, live: KubeObject): Promise<Verdict> {
  const release = live.metadata.annotations?.['meta.helm.sh/release-name'];
  const namespace = live.metadata.annotations?.['meta.helm.sh/release-namespace'] ?? ref.namespace ?? 'default';
  if (release === undefined || live.metadata.labels?.['app.kubernetes.io/managed-by'] !== 'Helm')
    return fail('NotReleased', `${called(ref)} is there, but no Helm release made it`);
  const listed = await reader.list(
    { apiVersion: 'v1', kind: 'Secret' },
    { namespace, labelSelector: `owner=helm,name=${release}`, metadataOnly: true },
  );
  if (!listed.ok) return unseen(ref, `the Helm release ${release}`, listed.error);
  const revisions = listed.value.items
    .map((s) => ({ version: Number(s.metadata.labels?.version ?? 0), status: s.metadata.labels?.status ?? 'unknown' }))
    .sort((a, b) => b.version - a.version);
  const [latest] = revisions;
  if (latest === undefined)
    return fail('NotReleased', `${called(ref)} names the Helm release ${release}, and there is none in ${namespace}`);
  const words = `${called(ref)} is of the Helm release ${release}, revision ${latest.version}`;
  return latest.status === 'deployed'
    ? pass('Released', `${words}, deployed`)
    : fail('NotDeployed', `${words}, which is ${latest.status}`);
}

const unseen = (ref: PlacedObject, what: string, error: ApiFailure): Verdict =>
  error.reason === 'NoKindMatch'
    ? fail('NotTracked', `${called(ref)} names ${what}, but the cluster serves no such kind`)
    : unknown('NotVisible', `${called(ref)} names ${what}, which this identity can't look at: ${error.message}`);
