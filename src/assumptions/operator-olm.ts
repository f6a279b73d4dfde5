import type { KubeObject } from '../cluster/index.ts';
import { unknown } from '../workflow/index.ts';
import { at, condition, list, text } from './json.ts';
import { ready, type Trace, type Traces, waits } from './operator-trace.ts';
import { type ListedAs, listAll, type World } from './world.ts';

const OLM = 'operators.coreos.com';

/** Where all namespaces can't be listed, the target's own can. */
export async function listEverywhere(world: World, group: string, kind: string): Promise<ListedAs> {
  const all = await listAll(world, group, kind);
  if (all.state !== 'failed' || all.error.status !== 403) return all;
  const own = await listAll(world, group, kind, { namespace: world.namespace });
  return own.state === 'listed' && own.items.length > 0 ? { ...own, unseen: all.resource } : all;
}

export const itemsIn = (found: ListedAs): readonly KubeObject[] => (found.state === 'listed' ? found.items : []);
export const unseenIn = (...found: readonly ListedAs[]): string[] =>
  found.flatMap((one) => {
    if (one.state === 'failed') return [one.resource];
    return one.state === 'listed' && one.unseen !== undefined ? [`${one.unseen} of other namespaces`] : [];
  });

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
  const originals = itemsIn(csvs).filter((csv) => !isCopy(csv));
  const named = itemsIn(subscriptions).filter(
    (s) =>
      at(s, 'spec', 'name') === name ||
      s.metadata.name === name ||
      isCsvOf(text(at(s, 'status', 'installedCSV')), name),
  );
  const byGroup = originals.filter((csv) => isCalled(csv, name));
  const covered = (csv: KubeObject) => coverage(world, csv, itemsIn(groups), itemsIn(csvs));
  // Catalogs live in a namespace of their own: one that isn't among those seen may be there all the same.
  const allCatalogs = sources.state === 'listed' && sources.unseen === undefined;

  const traces = named.map((s): Trace => {
    const csvName = text(at(s, 'status', 'installedCSV')) || text(at(s, 'status', 'currentCSV'));
    const csv = originals.find((c) => c.metadata.name === csvName && c.metadata.namespace === s.metadata.namespace);
    if (csv !== undefined) return csvTrace(csv, covered(csv));
    return pendingTrace(s, itemsIn(plans), itemsIn(sources), allCatalogs);
  });
  const alone = byGroup
    .filter((csv) => !named.some((s) => at(s, 'status', 'installedCSV') === csv.metadata.name))
    .map((csv) => csvTrace(csv, covered(csv)));
  if (traces.length + alone.length > 0) return { traces: [...traces, ...alone], unseen };
  // Who may only look into the namespace sees the operator by the copy that OLM puts into each namespace it covers.
  const copies = itemsIn(csvs).filter(
    (csv) => isCopy(csv) && csv.metadata.namespace === world.namespace && isCalled(csv, name),
  );
  return { traces: copies.map((csv) => csvTrace(csv, copied(world.namespace))), unseen };
}

const isCopy = (csv: KubeObject) => csv.metadata.labels?.['olm.copiedFrom'] !== undefined;

/** By its name's prefix, a group of its CRDs, or the name that people read. */
const isCalled = (csv: KubeObject, name: string): boolean =>
  isCsvOf(csv.metadata.name ?? '', name) ||
  ownsGroup(csv, name) ||
  text(at(csv, 'spec', 'displayName'))
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-') === name;

type Covers = { readonly ok: boolean | undefined; readonly why: string };

function csvTrace(csv: KubeObject, covers: Covers): Trace {
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
  if (covers.ok === undefined) {
    const verdict = unknown('CoverageNotSeen', `the CSV ${csv.metadata.name} succeeded, but ${covers.why}`);
    return { way: 'Subscription', verdict, evidence };
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

const copied = (namespace: string): Covers => ({ ok: true, why: `its OperatorGroup covers ${namespace}` });

/** The namespace is covered when the CSV's OperatorGroup targets it (or all), or OLM copied the CSV into it. */
function coverage(world: World, csv: KubeObject, groups: readonly KubeObject[], csvs: readonly KubeObject[]): Covers {
  const { namespace } = world;
  const home = csv.metadata.namespace ?? '';
  const copy = csvs.some(
    (c) => isCopy(c) && c.metadata.namespace === namespace && c.metadata.name === csv.metadata.name,
  );
  if (copy) return copied(namespace);
  const group = groups.find((g) => g.metadata.namespace === home);
  // A CSV only succeeds in a namespace with an OperatorGroup, so one that isn't there isn't seen.
  if (group === undefined) return { ok: undefined, why: `which namespaces its OperatorGroup covers can not be seen` };
  const targets = list(at(group, 'status', 'namespaces')).map(String);
  if (targets.includes('') || targets.includes(namespace)) return copied(namespace);
  return {
    ok: false,
    why: `its OperatorGroup ${home}/${group.metadata.name} covers ${targets.join(', ') || 'nothing yet'}, not ${namespace}`,
  };
}

/** What OLM says on a Subscription that gets no further, the cause before what follows from it. */
const STUCK = ['ResolutionFailed', 'BundleUnpackFailed', 'InstallPlanFailed', 'InstallPlanMissing'] as const;

/** A Subscription without a CSV: waiting for a person's approval, for its catalog, or for a resolution that can't be. */
function pendingTrace(
  s: KubeObject,
  plans: readonly KubeObject[],
  sources: readonly KubeObject[],
  allCatalogs: boolean,
): Trace {
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
  // A catalog that does not answer is why nothing can be resolved.
  const unhealthy = condition(s, 'CatalogSourcesUnhealthy');
  const catalog = `${text(at(s, 'spec', 'sourceNamespace'))}/${text(at(s, 'spec', 'source'))}`;
  const trouble =
    source === undefined
      ? allCatalogs && 'not there'
      : state !== '' && state !== 'READY'
        ? state
        : unhealthy?.status === 'True' && (unhealthy.message || 'unhealthy');
  if (trouble !== false)
    return waits('Subscription', 'CatalogNotReady', `the CatalogSource ${catalog} is ${trouble}`, evidence);
  for (const type of STUCK) {
    const stuck = condition(s, type);
    if (stuck?.status !== 'True') continue;
    const message = `OLM gets no further with the Subscription ${s.metadata.name}: ${stuck.message || stuck.reason}`;
    return waits('Subscription', type, message, evidence);
  }
  return waits(
    'Subscription',
    'NotInstalledYet',
    `the Subscription ${s.metadata.name} has installed nothing yet (state ${text(at(s, 'status', 'state')) || 'none'})`,
    evidence,
  );
}
