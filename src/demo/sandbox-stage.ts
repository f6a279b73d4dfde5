import { connect } from '../cluster/index.ts';
import { copyImage, down, up } from '../sandbox/sandbox.ts';
import * as print from './print.ts';
import { type DemoOptions, imagePolicy, put, type Stage, setQuota, type Undo } from './stage.ts';

/** A sandbox of the demo's own: a real control plane and registry on this machine, taken down at the end. */
export async function sandboxStage(options: DemoOptions, undo: Undo): Promise<Stage> {
  const name = `demo-${process.pid}`;
  undo.push(() => down({ name }));
  const began = performance.now();
  const box = await up({ name, nodes: options.nodes, crds: ['cnpg'], progress: (line) => print.note(line) });
  const { registry } = box;
  if (registry === null) throw new Error('this sandbox binary has no registry, and the story needs one');
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  print.say(
    `A real Kubernetes ${box.version} API server, controllers and scheduler at ${box.server}; an OCI registry at ${registry} (${seconds} s).`,
  );
  print.note(
    options.nodes === 'kwok'
      ? 'nodes are simulated by kwok: Pods are scheduled and reported Running, no container really runs'
      : 'a real kubelet with containerd: the containers really run',
  );
  const connected = await connect({ kubeconfig: box.kubeconfig });
  if (!connected.ok) throw new Error(connected.error.message);
  const cluster = connected.value;
  undo.push(async () => cluster.close());
  const site = { registry, namespace: 'dify' };
  await put(cluster, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  await imagePolicy(cluster, site, 'images-from-the-mirror', undo);
  const inside = (image: string) => image.slice(registry.length + 1);
  return {
    site,
    cluster,
    env: { KUBECONFIG: box.kubeconfig },
    kubectl: box.bin,
    standIn: true,
    publish: (image) => copyImage(registry, 'busybox:1', inside(image)),
    copy: (from, to) => copyImage(registry, inside(from), inside(to)),
    quota: (pods) => setQuota(cluster, site, pods),
  };
}
