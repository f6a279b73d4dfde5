import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { type Cluster, connect } from '../cluster/index.ts';
import { programExists } from '../commands/index.ts';
import { copyImage, pushImage, staticBusybox } from '../sandbox/sandbox.ts';
import { simulated } from './cast/simulated.ts';
import * as print from './print.ts';
import { type DemoOptions, imagePolicy, type Stage, setQuota, type Undo } from './stage.ts';

/** Wrong use or a cluster that can't take the story; said before anything is touched. */
export class NotHere extends Error {}

/**
 * A cluster of the user's own: a namespace of the story's own, after asking, and everything taken away at the end. It
 * needs CloudNativePG's CRD, a registry both sides reach, and permission for an admission policy bound to that namespace.
 */
export async function ownCluster(options: DemoOptions, undo: Undo): Promise<Stage> {
  const context = options.context ?? '';
  const prefix = options.registry;
  if (prefix === undefined) {
    throw new NotHere(
      '--context needs --registry HOST[/PATH]: the cluster must be able to pull from it, and this machine to push to it (INFRAGATE_DEMO_REGISTRY_AUTH=user:password where it wants a login).',
    );
  }
  const busybox = await staticBusybox();
  if (busybox === undefined)
    throw new NotHere('a static busybox is needed to make the images from (Debian: busybox-static)');
  const connected = await connect({ context });
  if (!connected.ok) throw new NotHere(`${context}: ${connected.error.message}`);
  const cluster = connected.value;
  undo.push(async () => cluster.close());
  await mustHaveDatabaseKind(cluster);
  await mustHaveDefaultStorage(cluster);
  if (!programExists('kubectl')) throw new NotHere("the plan's commands call kubectl, and it is not on the path");
  const namespace = `infragate-demo-${randomBytes(3).toString('hex')}`;
  const policy = `${namespace}-images`;
  await agree(options, [
    `On ${cluster.reader.server} (context ${context}) the demo will make, and take away again:`,
    `- the namespace ${namespace}, with Deployments, Services, a quota and a CloudNativePG Cluster in it`,
    `- the ValidatingAdmissionPolicy ${policy} and its binding, for that namespace only`,
    `and push small busybox images to ${prefix}/upstream and ${prefix}/mirror, which stay there.`,
  ]);
  undo.push(() => removeNamespace(cluster, namespace));
  const site = { registry: prefix, namespace, cast: simulated };
  await imagePolicy(cluster, site, policy, undo);
  const [host = '', ...path] = prefix.split('/');
  const inside = (image: string) => [...path, image.slice(prefix.length + 1)].join('/');
  const login = process.env.INFRAGATE_DEMO_REGISTRY_AUTH;
  const access = login === undefined ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
  const kubeconfig = process.env.INFRAGATE_KUBECONFIG ?? process.env.KUBECONFIG;
  return {
    site,
    cluster,
    env: kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig },
    standIn: !(await hasOperator(cluster)),
    publish: (image) => pushImage(host, inside(image), { rootfs: busybox }, access),
    copy: (from, to) => copyImage(host, inside(from), inside(to), access),
    quota: (pods) => setQuota(cluster, site, pods),
  };
}

async function mustHaveDatabaseKind(cluster: Cluster): Promise<void> {
  const discovery = await cluster.reader.discovery();
  if (!discovery.ok) throw new NotHere(discovery.error.message);
  if (!discovery.value.resources.some((r) => r.group === 'postgresql.cnpg.io' && r.kind === 'Cluster')) {
    throw new NotHere(
      "this cluster doesn't serve postgresql.cnpg.io/v1 Cluster; the story needs CloudNativePG (its operator, or at least its CRDs)",
    );
  }
}

async function mustHaveDefaultStorage(cluster: Cluster): Promise<void> {
  const listed = await cluster.reader.list({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' });
  const marked = 'storageclass.kubernetes.io/is-default-class';
  if (!listed.ok || !listed.value.items.some((c) => c.metadata.annotations?.[marked] === 'true')) {
    throw new NotHere('the story turns bind mounts into claims, and this cluster has no default StorageClass');
  }
}

async function hasOperator(cluster: Cluster): Promise<boolean> {
  const found = await cluster.reader.list(
    { apiVersion: 'apps/v1', kind: 'Deployment' },
    { labelSelector: 'app.kubernetes.io/name=cloudnative-pg' },
  );
  return found.ok && found.value.items.length > 0;
}

async function removeNamespace(cluster: Cluster, name: string): Promise<void> {
  const ref = { apiVersion: 'v1', kind: 'Namespace', name };
  const there = await cluster.reader.getIfThere(ref);
  if (!there.ok || there.value === undefined) return;
  await cluster.writer().delete(ref);
  const gone = await cluster.writer().waitGone(ref, there.value.metadata.uid, 120_000);
  if (!gone.ok || !gone.value.gone) print.note(`the namespace ${name} is still going`);
}

async function agree(options: DemoOptions, what: readonly string[]): Promise<void> {
  print.say(what.join('\n'));
  if (options.yes) return;
  if (process.stdin.isTTY !== true) throw new NotHere('nobody is at a terminal to agree; --yes agrees beforehand');
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question('Go on? (yes/no) ');
  lines.close();
  if (answer.trim().toLowerCase() !== 'yes') throw new NotHere('nothing was done');
}
