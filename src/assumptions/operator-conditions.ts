import { at, condition, text } from './json.ts';
import { itemsIn, unseenIn } from './operator-olm.ts';
import { ready, type Trace, type Traces, waits } from './operator-trace.ts';
import { listAll, type World } from './world.ts';

/** Operators that say how they are in the conditions of one cluster-scoped object. */

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
