import type { KubeObject } from '../cluster/index.ts';
import { at, list, text } from './json.ts';
import { copied, coverage, csvTrace, homeOf, isCopy, type Olm } from './operator-csv.ts';
import { isCsvOf, isSameOperator } from './operator-names.ts';
import { pendingTrace, upgradeNotes } from './operator-subscription.ts';
import type { Trace, Traces } from './operator-trace.ts';
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
const isAll = (found: ListedAs) => found.state === 'listed' && found.unseen === undefined;

/** OLM v0: the Subscription, what it waits for, the CSV's phase, and whether its OperatorGroup covers the namespace. */
export async function fromSubscription(world: World, name: string): Promise<Traces> {
  const [subscriptions, csvs, plans, sources, groups, conditions] = await Promise.all([
    listEverywhere(world, OLM, 'Subscription'),
    listEverywhere(world, OLM, 'ClusterServiceVersion'),
    listEverywhere(world, OLM, 'InstallPlan'),
    listEverywhere(world, OLM, 'CatalogSource'),
    listEverywhere(world, OLM, 'OperatorGroup'),
    listEverywhere(world, OLM, 'OperatorCondition'),
  ]);
  const olm: Olm = {
    subscriptions: itemsIn(subscriptions),
    csvs: itemsIn(csvs),
    plans: itemsIn(plans),
    sources: itemsIn(sources),
    groups: itemsIn(groups),
    conditions: itemsIn(conditions),
    // Catalogs live in a namespace of their own: one that isn't among those seen may be there all the same.
    all: { sources: isAll(sources), groups: isAll(groups), csvs: isAll(csvs) },
  };
  const unseen = unseenIn(subscriptions, csvs, groups);
  const originals = olm.csvs.filter((csv) => !isCopy(csv));
  const csvOf = (s: KubeObject) => {
    const installed = text(at(s, 'status', 'installedCSV')) || text(at(s, 'status', 'currentCSV'));
    return originals.find((c) => c.metadata.name === installed && homeOf(c) === homeOf(s));
  };
  const named = best(olm.subscriptions, [
    (s) => at(s, 'spec', 'name') === name || s.metadata.name === name,
    (s) => isSubscriptionOf(s, csvOf(s), name),
  ]);
  const traces = await Promise.all(
    named.map(async (s): Promise<Trace> => {
      const csv = csvOf(s);
      if (csv === undefined) return pendingTrace(world, s, olm);
      return csvTrace(csv, coverage(world, csv, olm), olm, await upgradeNotes(world, s, csv, olm));
    }),
  );
  const alone = originals
    .filter((csv) => isCalled(csv, name))
    .filter((csv) => !named.some((s) => csvOf(s) === csv))
    .filter((csv) => !named.some((s) => isSuccessor(csv, csvOf(s))))
    .map((csv) => csvTrace(csv, coverage(world, csv, olm), olm, []));
  if (traces.length + alone.length > 0) return { traces: [...traces, ...alone], unseen };
  // Who may only look into the namespace sees the operator by the copy that OLM puts into each namespace it covers.
  const copies = olm.csvs.filter((csv) => isCopy(csv) && homeOf(csv) === world.namespace && isCalled(csv, name));
  return { traces: copies.map((csv) => csvTrace(csv, copied(world.namespace), olm, [])), unseen };
}

/** Those that fit the first question that any fits. */
function best(objects: readonly KubeObject[], questions: readonly ((one: KubeObject) => boolean)[]): KubeObject[] {
  for (const question of questions) {
    const found = objects.filter(question);
    if (found.length > 0) return found;
  }
  return [];
}

/** The old and the new of one upgrade are one operator; the Subscription speaks for both. */
const isSuccessor = (csv: KubeObject, other: KubeObject | undefined): boolean =>
  other !== undefined &&
  (at(csv, 'spec', 'replaces') === other.metadata.name || at(other, 'spec', 'replaces') === csv.metadata.name);

const isSubscriptionOf = (s: KubeObject, csv: KubeObject | undefined, name: string): boolean =>
  isSameOperator(text(at(s, 'spec', 'name')), name) ||
  isSameOperator(s.metadata.name ?? '', name) ||
  isCsvOf(text(at(s, 'status', 'installedCSV')), name) ||
  isCsvOf(text(at(s, 'status', 'currentCSV')), name) ||
  isCsvOf(text(at(s, 'spec', 'startingCSV')), name) ||
  (csv !== undefined && isCalled(csv, name));

/** By its name's prefix, a group of its CRDs, or the name that people read. */
const isCalled = (csv: KubeObject, name: string): boolean =>
  isCsvOf(csv.metadata.name ?? '', name) ||
  ownsGroup(csv, name) ||
  isSameOperator(text(at(csv, 'spec', 'displayName')), name);

const ownsGroup = (csv: KubeObject, group: string) =>
  list(at(csv, 'spec', 'customresourcedefinitions', 'owned')).some((crd) =>
    text(at(crd, 'name')).endsWith(`.${group}`),
  );
