import type { KubeObject } from '../cluster/index.ts';
import { at, condition, list, text } from './json.ts';
import { isSameOperator } from './operator-names.ts';
import { itemsIn, unseenIn } from './operator-olm.ts';
import { type Note, ready, type Trace, type Traces, toType, waits } from './operator-trace.ts';
import { listAll, type World } from './world.ts';

/** Operators that say how they are in the conditions of one cluster-scoped object. */

/** OLM v1. */
export async function fromExtension(world: World, name: string): Promise<Traces> {
  const [found, catalogs] = await Promise.all([
    listAll(world, 'olm.operatorframework.io', 'ClusterExtension'),
    listAll(world, 'olm.operatorframework.io', 'ClusterCatalog'),
  ]);
  const packageOf = (e: KubeObject) => text(at(e, 'spec', 'source', 'catalog', 'packageName'));
  const exact = itemsIn(found).filter((e) => e.metadata.name === name || packageOf(e) === name);
  const named =
    exact.length > 0
      ? exact
      : itemsIn(found).filter((e) => isSameOperator(e.metadata.name ?? '', name) || isSameOperator(packageOf(e), name));
  const traces = await Promise.all(named.map((e) => extensionTrace(world, e, itemsIn(catalogs))));
  return { traces, unseen: unseenIn(found) };
}

async function extensionTrace(world: World, e: KubeObject, catalogs: readonly KubeObject[]): Promise<Trace> {
  const name = e.metadata.name ?? '';
  const [installed, progressing] = [condition(e, 'Installed'), condition(e, 'Progressing')];
  const bundle = text(at(e, 'status', 'install', 'bundle', 'name'));
  const evidence = { extension: name, bundle, installed, progressing };
  const look = toType('look at it', 'describe', 'clusterextension', name);
  const stuck = progressing?.status === 'True' && /^(Retrying|Blocked)$/.test(progressing.reason);
  const cause = installed?.status === 'True' && !stuck ? undefined : await extensionCause(world, e, catalogs);
  if (installed?.status === 'True') {
    const notes: Note[] = [];
    if (stuck) {
      const why = [progressing.message, cause?.message ?? ''].filter((part) => part !== '').join('; ');
      notes.push({ message: `no upgrade comes: ${why}`, next: cause?.next ?? look });
    }
    const deprecated = condition(e, 'Deprecated');
    if (deprecated?.status === 'True') notes.push({ message: `deprecated: ${deprecated.message}`, next: look });
    return ready('ClusterExtension', `the ClusterExtension ${name} installed ${bundle}`, evidence, notes);
  }
  const said = progressing?.message || installed?.message || 'no condition yet';
  return waits(
    'ClusterExtension',
    progressing?.reason || installed?.reason || 'NotInstalledYet',
    `the ClusterExtension ${name} is not installed: ${[said, cause?.message ?? ''].filter((part) => part !== '').join('; ')}`,
    evidence,
    cause?.next ?? look,
  );
}

/** What OLM v1 needs beside the extension: the service account it installs as, its rights, and a catalog that answers. */
async function extensionCause(world: World, e: KubeObject, catalogs: readonly KubeObject[]): Promise<Note | undefined> {
  const namespace = text(at(e, 'spec', 'namespace'));
  const account = text(at(e, 'spec', 'serviceAccount', 'name'));
  const said = `${condition(e, 'Progressing')?.message ?? ''} ${condition(e, 'Installed')?.message ?? ''}`;
  if (account !== '') {
    const there = await world.reader.getIfThere({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: account });
    if (there.ok && there.value === undefined)
      return {
        message: `its service account ${namespace}/${account} is not there`,
        next: toType('create it', 'create', 'serviceaccount', account, '-n', namespace),
      };
  }
  if (
    /forbidden|pre-?authorization|missing.{0,200}permission|permissions? to manage|cannot (get|list|create|patch)/i.test(
      said,
    )
  ) {
    const user = `system:serviceaccount:${namespace}:${account}`;
    return {
      message: `its service account ${namespace}/${account} lacks rights that the bundle needs`,
      next: toType('bind them to it; what it may do now', 'auth', 'can-i', '--list', `--as=${user}`),
    };
  }
  const silent = catalogs.filter((one) => condition(one, 'Serving')?.status !== 'True');
  if (silent.length > 0 && /no (bundles|package)|catalog|resolv/i.test(said)) {
    const names = silent.map((one) =>
      at(one, 'spec', 'availabilityMode') === 'Unavailable' ? `${one.metadata.name} (switched off)` : one.metadata.name,
    );
    return {
      message: `the ClusterCatalog ${names.join(', ')} does not serve${detail(silent[0])}`,
      next: toType('look at it', 'describe', 'clustercatalog', silent[0]?.metadata.name ?? ''),
    };
  }
  return undefined;
}

function detail(catalog: KubeObject | undefined): string {
  const why = condition(catalog, 'Progressing')?.message ?? condition(catalog, 'Serving')?.message ?? '';
  return why === '' ? '' : `: ${why}`;
}

/** OpenShift's own operators. Progressing is normal during an upgrade; Available and not Degraded is what counts. */
export async function fromClusterOperator(world: World, name: string): Promise<Traces> {
  const found = await listAll(world, 'config.openshift.io', 'ClusterOperator');
  const exact = itemsIn(found).filter((o) => o.metadata.name === name);
  const named = exact.length > 0 ? exact : itemsIn(found).filter((o) => isSameOperator(o.metadata.name ?? '', name));
  return { traces: named.map(clusterOperatorTrace), unseen: unseenIn(found) };
}

function clusterOperatorTrace(o: KubeObject): Trace {
  const name = o.metadata.name ?? '';
  const of = (type: string) => condition(o, type);
  const [available, degraded, progressing, upgradeable] = [
    of('Available'),
    of('Degraded'),
    of('Progressing'),
    of('Upgradeable'),
  ];
  const evidence = { clusterOperator: name, available, degraded, progressing };
  const related = list(at(o, 'status', 'relatedObjects')).find((one) => at(one, 'resource') === 'namespaces');
  const home = text(at(related, 'name'));
  const next =
    home === ''
      ? toType('look at it', 'describe', 'clusteroperator', name)
      : toType('look at its Pods', 'get', 'pods', '-n', home);
  const look = (what: string, said: string | undefined) =>
    `the ClusterOperator ${name} is ${what}: ${said ?? 'no condition'}`;
  if (available?.status !== 'True')
    return waits('ClusterOperator', 'NotAvailable', look('not Available', available?.message), evidence, next);
  if (degraded?.status === 'True')
    return waits('ClusterOperator', 'Degraded', look('Degraded', degraded.message), evidence, next);
  const moving = progressing?.status === 'True' ? `, Progressing (${progressing.message})` : '';
  const notes =
    upgradeable?.status === 'False'
      ? [
          {
            message: `it blocks the cluster's next minor upgrade (Upgradeable=False): ${upgradeable.message}`,
            next: toType('look at it', 'describe', 'clusteroperator', name),
          },
        ]
      : [];
  return ready('ClusterOperator', `the ClusterOperator ${name} is Available${moving}`, evidence, notes);
}
