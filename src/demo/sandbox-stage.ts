import { type Cluster, connect } from '../cluster/index.ts';
import { copyImage, down, pushImage, type Sandbox, up } from '../sandbox/sandbox.ts';
import { real } from './cast/real.ts';
import { simulated } from './cast/simulated.ts';
import type { Site } from './files/index.ts';
import * as print from './print.ts';
import { realImages } from './real-images.ts';
import { type DemoOptions, imagePolicy, put, type Stage, setQuota, type Undo } from './stage.ts';

const note = (line: string) => print.note(line);
const progress = (line: string) => print.detail(line);

/** A sandbox of the demo's own: a real control plane and registry on this machine, taken down at the end. */
export function sandboxStage(options: DemoOptions, undo: Undo): Promise<Stage> {
  return options.nodes === 'kubelet' ? onKubelet(undo) : onKwok(undo);
}

async function onKwok(undo: Undo): Promise<Stage> {
  const { box, cluster, registry } = await started(undo, (name) =>
    up({ name, nodes: 'kwok', crds: ['cnpg'], progress }),
  );
  note('nodes are simulated by kwok: Pods are scheduled and reported Running, no container really runs');
  await put(cluster, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  const publish = (name: string) => copyImage(registry, 'busybox:1', name);
  return staged(undo, { registry, namespace: 'dify', cast: simulated }, box, cluster, publish, true);
}

/** Nothing here is a stand-in: the operator, its database and every container are what they say they are. */
async function onKubelet(undo: Undo): Promise<Stage> {
  const images = await realImages(note);
  const { box, cluster, registry } = await started(undo, (name) =>
    up({ name, nodes: 'kubelet', operators: ['cnpg'], progress }),
  );
  note('a real kubelet with containerd: the containers really run');
  note('the real CloudNativePG operator, built from its own module, runs in it; its databases are real PostgreSQL');
  const site: Site = { registry, namespace: 'dify', cast: real };
  const publish = (name: string) => {
    const content = images.get(name.replace(/^.*\//, ''));
    if (content === undefined) throw new Error(`the demo has no image to publish as ${name}`);
    return pushImage(registry, name, content);
  };
  const stage = await staged(undo, site, box, cluster, publish, false);
  return { ...stage, proof: () => proofOf(cluster, site) };
}

type Started = { readonly box: Sandbox; readonly cluster: Cluster; readonly registry: string };

async function started(undo: Undo, start: (name: string) => Promise<Sandbox>): Promise<Started> {
  const name = `demo-${process.pid}`;
  undo.push(() => down({ name }));
  const began = performance.now();
  const box = await start(name);
  const { registry } = box;
  if (registry === null) throw new Error('this sandbox binary has no registry, and the story needs one');
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  print.say(
    `A real Kubernetes ${box.version} API server, controllers and scheduler at ${box.server}; an OCI registry at ${registry} (${seconds} s).`,
  );
  const connected = await connect({ kubeconfig: box.kubeconfig });
  if (!connected.ok) throw new Error(connected.error.message);
  const cluster = connected.value;
  undo.push(async () => cluster.close());
  return { box, cluster, registry };
}

async function staged(
  undo: Undo,
  site: Site,
  box: Sandbox,
  cluster: Cluster,
  publish: (name: string) => Promise<unknown>,
  standIn: boolean,
): Promise<Stage> {
  await imagePolicy(cluster, site, 'images-from-the-mirror', undo);
  const inside = (image: string) => image.slice(site.registry.length + 1);
  return {
    site,
    cluster,
    env: { KUBECONFIG: box.kubeconfig },
    kubectl: box.bin,
    standIn,
    publish: (image) => publish(inside(image)),
    copy: (from, to) => copyImage(site.registry, inside(from), inside(to)),
    quota: (pods) => setQuota(cluster, site, pods),
  };
}

/** The API's own answers about its stores and its work, asked through the API server. */
async function proofOf(cluster: Cluster, { namespace }: Site): Promise<string[]> {
  const ask = async (path: string) => {
    const answer = await cluster.reader.proxy({ namespace, name: 'dify-api', port: '5001', path });
    return `${path}: ${answer.ok ? `${answer.value.status} ${answer.value.body.trim()}` : answer.error.message}`;
  };
  return [await ask('/health'), await ask('/notes')];
}
