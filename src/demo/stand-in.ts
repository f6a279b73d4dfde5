import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster, KubeObject, Writer } from '../cluster/index.ts';

/**
 * Stands in for EDB's closed operator: it writes the status a CloudNativePG cluster has when it is healthy, and nothing
 * else. The custom resource definition is the real one; the database behind it is not there. The demo says so.
 */
export function operatorStandIn(cluster: Cluster, namespace: string): { stop(): Promise<void> } {
  const ending = new AbortController();
  const writer = cluster.writer();
  const work = (async () => {
    const kind = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster' };
    for await (const event of writer.watch(kind, { namespace, signal: ending.signal })) {
      const objects =
        event.type === 'LISTED'
          ? event.objects
          : event.type === 'ADDED' || event.type === 'MODIFIED'
            ? [event.object]
            : [];
      for (const object of objects) await reconcile(writer, object);
    }
  })().catch(() => undefined);
  return {
    stop: async () => {
      ending.abort();
      await Promise.race([work, sleep(2000)]);
    },
  };
}

async function reconcile(writer: Writer, object: KubeObject): Promise<void> {
  if (object.status !== undefined || object.metadata.deletionTimestamp !== undefined) return;
  await sleep(1500);
  const spec = object.spec;
  const instances = typeof spec === 'object' && spec !== null && 'instances' in spec ? Number(spec.instances) : 1;
  const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const status = {
    instances,
    readyInstances: instances,
    phase: 'Cluster in healthy state',
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'ClusterIsReady',
        message: 'Cluster is Ready (written by the demo)',
        lastTransitionTime: at,
      },
    ],
  };
  const { name, namespace } = object.metadata;
  if (name === undefined) return;
  await writer.patch(
    { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace === undefined ? {} : { namespace }) },
    { status },
    'merge',
    { subresource: 'status' },
  );
}
