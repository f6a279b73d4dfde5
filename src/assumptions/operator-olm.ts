import type { KubeObject } from '../cluster/index.ts';
import { at, condition, list, text } from './json.ts';
import { ready, type Trace, type Traces, waits } from './operator-trace.ts';
import { type ListedAs, listAll, type World } from './world.ts';

const OLM = 'operators.coreos.com';

/** Where all namespaces can't be listed, the target's own can. */
export async function listEverywhere(world: World, group: string, kind: string): Promise<ListedAs> {
  const all = await listAll(world, group, kind);
  if (all.state !== 'failed' || all.error.status !== 403) return all;
  const own = await listAll(world, group, kind, { namespace: world.namespace });
  return own.state === 'listed' && own.items.length > 0 ? own : all;
}

export const itemsIn = (found: ListedAs): readonly KubeObject[] => (found.state === 'listed' ? found.items : []);
export const unseenIn = (...found: readonly ListedAs[]): string[] =>
  found.flatMap((one) => (one.state === 'failed' ? [one.resource] : []));

const ownsGroup = (csv: KubeObject, group: string) =>
  list(at(csv, 'spec', 'customresourcedefinitions', 'owned')).some((crd) =>
    text(at(crd, 'name')).endsWith(`.${group}`),
  );

/** `cloudnative-pg.v1.27.0` for `cloudnative-pg`. */
const isCsvOf = (csv: string, name: string) =>
  csv === name || csv.startsWith(`${name}.v`) || csv.startsWith(`${name}.`);

/** OLM v0: the Subscription, what it waits for, the CSV's phase, and whether its OperatorGroup covers the namespace. */
export async function fromSubscription(world: World, name: string): Promise<Traces> {
  const [subscriptions, csvs, plans, sources, groups] = await Promise.all([
    listEverywhere(world, OLM, 'Subscription'),
    listEverywhere(world, OLM, 'ClusterServiceVersion'),
    listEverywhere(world, OLM, 'InstallPlan'),
    listEverywhere(world, OLM, 'CatalogSource'),
    listEverywhere(world, OLM, 'OperatorGroup'),
  ]);
  const unseen = unseenIn(subscriptions, csvs, groups);
  const originals = itemsIn(csvs).filter((csv) => csv.metadata.labels?.['olm.copiedFrom'] === undefined);
  const named = itemsIn(subscriptions).filter(
    (s) =>
      at(s, 'spec', 'name') === name ||
      s.metadata.name === name ||
      isCsvOf(text(at(s, 'status', 'installedCSV')), name),
  );
  const byGroup = originals.filter((csv) => isCsvOf(csv.metadata.name ?? '', name) || ownsGroup(csv, name));
  const covered = (csv: KubeObject) => coverage(world, csv, itemsIn(groups), itemsIn(csvs), groups.state === 'failed');

  const traces = named.map((s): Trace => {
    const csvName = text(at(s, 'status', 'installedCSV')) || text(at(s, 'status', 'currentCSV'));
    const csv = originals.find((c) => c.metadata.name === csvName && c.metadata.namespace === s.metadata.namespace);
    if (csv !== undefined) return csvTrace(csv, covered(csv));
    return pendingTrace(s, itemsIn(plans), itemsIn(sources));
  });
  const alone = byGroup
    .filter((csv) => !named.some((s) => at(s, 'status', 'installedCSV') === csv.metadata.name))
    .map((csv) => csvTrace(csv, covered(csv)));
  return { traces: [...traces, ...alone], unseen };
}

function csvTrace(csv: KubeObject, covers: { ok: boolean; why: string }): Trace {
  const phase = text(at(csv, 'status', 'phase')) || 'no phase yet';
  const reason = text(at(csv, 'status', 'reason'));
  const evidence = { csv: csv.metadata.name, namespace: csv.metadata.namespace, phase, reason, covers: covers.why };
  if (phase !== 'Succeeded') {
    const message = text(at(csv, 'status', 'message'));
    return waits(
      'Subscription',
      `Csv${phase.replaceAll(/\W/g, '')}`,
      `the CSV ${csv.metadata.name} is ${phase}${reason === '' ? '' : ` (${reason})`}${message === '' ? '' : `: ${message}`}`,
      evidence,
    );
  }
  if (!covers.ok) {
    return waits(
      'Subscription',
      'NamespaceNotCovered',
      `the CSV ${csv.metadata.name} succeeded, but ${covers.why}`,
      evidence,
      'an OperatorGroup that names this namespace, or one for all namespaces',
    );
  }
  return ready('Subscription', `the CSV ${csv.metadata.name} succeeded and ${covers.why}`, evidence);
}

/** The namespace is covered when the CSV's OperatorGroup targets it (or all), or OLM copied the CSV into it. */
function coverage(
  world: World,
  csv: KubeObject,
  groups: readonly KubeObject[],
  csvs: readonly KubeObject[],
  hidden: boolean,
): { ok: boolean; why: string } {
  const { namespace } = world;
  const home = csv.metadata.namespace ?? '';
  const copied = csvs.some((c) => c.metadata.namespace === namespace && c.metadata.name === csv.metadata.name);
  if (copied) return { ok: true, why: `its OperatorGroup covers ${namespace}` };
  const group = groups.find((g) => g.metadata.namespace === home);
  if (group === undefined) {
    return hidden
      ? { ok: true, why: 'its OperatorGroup can not be seen' }
      : { ok: false, why: `${home} has no OperatorGroup` };
  }
  const targets = list(at(group, 'status', 'namespaces')).map(String);
  if (targets.includes('') || targets.includes(namespace))
    return { ok: true, why: `its OperatorGroup covers ${namespace}` };
  return {
    ok: false,
    why: `its OperatorGroup ${home}/${group.metadata.name} covers ${targets.join(', ') || 'nothing yet'}, not ${namespace}`,
  };
}

/** A Subscription without a CSV: waiting for a person's approval, for its catalog, or for a resolution that can't be. */
function pendingTrace(s: KubeObject, plans: readonly KubeObject[], sources: readonly KubeObject[]): Trace {
  const planName = text(at(s, 'status', 'installPlanRef', 'name')) || text(at(s, 'status', 'installplan', 'name'));
  const plan = plans.find((p) => p.metadata.name === planName && p.metadata.namespace === s.metadata.namespace);
  const source = sources.find(
    (c) => c.metadata.name === at(s, 'spec', 'source') && c.metadata.namespace === at(s, 'spec', 'sourceNamespace'),
  );
  const state = text(at(source, 'status', 'connectionState', 'lastObservedState'));
  const evidence = {
    subscription: s.metadata.name,
    namespace: s.metadata.namespace,
    state: at(s, 'status', 'state'),
    plan: plan?.metadata.name,
    catalog: state,
  };
  if (plan !== undefined && at(plan, 'spec', 'approved') !== true && at(plan, 'spec', 'approval') === 'Manual') {
    return waits(
      'Subscription',
      'InstallPlanNotApproved',
      `the InstallPlan ${plan.metadata.name} waits for a person's approval`,
      evidence,
      `a person approves the InstallPlan ${plan.metadata.namespace}/${plan.metadata.name}`,
    );
  }
  if (plan !== undefined && at(plan, 'status', 'phase') === 'Failed') {
    const why = condition(plan, 'Installed');
    return waits(
      'Subscription',
      'InstallPlanFailed',
      `the InstallPlan ${plan.metadata.name} failed: ${why?.message ?? ''}`,
      evidence,
    );
  }
  const resolution = condition(s, 'ResolutionFailed');
  if (resolution?.status === 'True') {
    return waits(
      'Subscription',
      'ResolutionFailed',
      `OLM can't resolve the Subscription ${s.metadata.name}: ${resolution.message}`,
      evidence,
    );
  }
  const unhealthy = condition(s, 'CatalogSourcesUnhealthy');
  if (source === undefined || (state !== '' && state !== 'READY') || unhealthy?.status === 'True') {
    const catalog = `${text(at(s, 'spec', 'sourceNamespace'))}/${text(at(s, 'spec', 'source'))}`;
    return waits(
      'Subscription',
      'CatalogNotReady',
      `the CatalogSource ${catalog} is ${source === undefined ? 'not there or can not be seen' : state || 'unhealthy'}`,
      evidence,
    );
  }
  return waits(
    'Subscription',
    'NotInstalledYet',
    `the Subscription ${s.metadata.name} has installed nothing yet (state ${text(at(s, 'status', 'state')) || 'none'})`,
    evidence,
  );
}

/** OLM v1. */
export async function fromExtension(world: World, name: string): Promise<Traces> {
  const found = await listAll(world, 'olm.operatorframework.io', 'ClusterExtension');
  const named = itemsIn(found).filter(
    (e) => e.metadata.name === name || at(e, 'spec', 'source', 'catalog', 'packageName') === name,
  );
  const traces = named.map((e): Trace => {
    const [installed, progressing] = [condition(e, 'Installed'), condition(e, 'Progressing')];
    const bundle = text(at(e, 'status', 'install', 'bundle', 'name'));
    const evidence = { extension: e.metadata.name, bundle, installed, progressing };
    if (installed?.status === 'True')
      return ready('ClusterExtension', `the ClusterExtension ${e.metadata.name} installed ${bundle}`, evidence);
    const why = progressing?.message || installed?.message || 'no condition yet';
    return waits(
      'ClusterExtension',
      progressing?.reason || installed?.reason || 'NotInstalledYet',
      `the ClusterExtension ${e.metadata.name} is not installed: ${why}`,
      evidence,
    );
  });
  return { traces, unseen: unseenIn(found) };
}

/** OpenShift's own operators. Progressing is normal during an upgrade; Available and not Degraded is what counts. */
export async function fromClusterOperator(world: World, name: string): Promise<Traces> {
  const found = await listAll(world, 'config.openshift.io', 'ClusterOperator');
  const named = itemsIn(found).filter((o) => o.metadata.name === name);
  const traces = named.map((o): Trace => {
    const [available, degraded, progressing] = [
      condition(o, 'Available'),
      condition(o, 'Degraded'),
      condition(o, 'Progressing'),
    ];
    const evidence = { clusterOperator: name, available, degraded, progressing };
    if (available?.status !== 'True')
      return waits(
        'ClusterOperator',
        'NotAvailable',
        `the ClusterOperator ${name} is not Available: ${available?.message ?? 'no condition'}`,
        evidence,
      );
    if (degraded?.status === 'True')
      return waits(
        'ClusterOperator',
        'Degraded',
        `the ClusterOperator ${name} is Degraded: ${degraded.message}`,
        evidence,
      );
    const moving = progressing?.status === 'True' ? `, Progressing (${progressing.message})` : '';
    return ready('ClusterOperator', `the ClusterOperator ${name} is Available${moving}`, evidence);
  });
  return { traces, unseen: unseenIn(found) };
}

export type Package = {
  readonly name: string;
  readonly catalog: string;
  readonly channel: string;
  readonly channels: readonly string[];
};

/** What the catalogs offer under a name, or with a CRD of that group (packageserver's PackageManifests). */
export async function packagesNamed(world: World, name: string): Promise<Package[]> {
  const found = await listEverywhere(world, 'packages.operators.coreos.com', 'PackageManifest');
  return itemsIn(found)
    .filter((p) => p.metadata.name === name || text(at(p, 'status', 'packageName')) === name)
    .map((p) => ({
      name: p.metadata.name ?? '',
      catalog: text(at(p, 'status', 'catalogSource')),
      channel: text(at(p, 'status', 'defaultChannel')),
      channels: list(at(p, 'status', 'channels')).map((c) => text(at(c, 'name'))),
    }));
}
