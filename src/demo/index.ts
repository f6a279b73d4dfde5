import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Cluster, connect, type KubeObject } from '../cluster/index.ts';
import { connectAgent, type Person } from './agent.ts';
import { APPLICATION, mirrored, SERVICES, type Site, upstream, writeWorkspace } from './files.ts';
import * as print from './print.ts';
import { operatorStandIn } from './stand-in.ts';
import { git, tell, type World } from './story.ts';

/**
 * The main job, told end to end: an MCP client drives our server over stdio through the workflow's worked example on a
 * real Kubernetes API. It stops at the first thing that doesn't go as the story says.
 */
export type DemoOptions = { readonly nodes: 'kwok' | 'kubelet'; readonly context?: string; readonly keep: boolean };

export async function runDemo(options: DemoOptions): Promise<void> {
  const began = performance.now();
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const stage = await setUp(options, undo);
    const { world, home } = stage;
    await tell(world);
    const { calls, refused } = world.agent.counts();
    print.say('');
    print.note(`the record is in ${options.keep ? home : 'a temporary folder, removed now'}`);
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    undo.push(async () => print.say(`demo: complete (${calls} calls, ${refused} refused, ${seconds} s)`));
  } finally {
    for (const step of undo.slice(0, -1).reverse())
      await step().catch((error: unknown) => print.note(`clean-up: ${String(error)}`));
    await undo.at(-1)?.();
  }
}

/** Everything around the agent: a cluster with a policy, a registry, a workspace, our server. `undo` takes it away again. */
async function setUp(options: DemoOptions, undo: (() => Promise<unknown>)[]): Promise<{ world: World; home: string }> {
  print.heading('The world of the story');
  const sandbox = await import('../sandbox/sandbox.ts');
  const name = `demo-${process.pid}`;
  undo.push(() => sandbox.down({ name }));
  const began = performance.now();
  const box = await sandbox.up({ name, nodes: options.nodes, crds: ['cnpg'], progress: (line) => print.note(line) });
  const registry = box.registry;
  if (registry === null) throw new Error('this sandbox binary has no registry, and the story needs one');
  print.say(
    `A real Kubernetes ${box.version} API server, controllers and scheduler at ${box.server}; an OCI registry at ${registry} (${((performance.now() - began) / 1000).toFixed(1)} s).`,
  );
  if (options.nodes === 'kwok')
    print.note('nodes are simulated by kwok: Pods are scheduled and reported Running, no container really runs');

  const folder = await mkdtemp(join(tmpdir(), 'infragate-demo-'));
  const [workspace, home, bin] = [join(folder, 'workspace'), join(folder, 'home'), join(folder, 'bin')];
  if (!options.keep) undo.push(() => rm(folder, { recursive: true, force: true }));
  const site: Site = { registry, namespace: 'dify' };
  await writeWorkspace(workspace, site);
  git(workspace, ['init', '-q']);
  git(workspace, ['add', '-A']);
  git(workspace, ['commit', '-q', '-m', "the agent's manifests and plan"]);
  await mkdir(bin, { recursive: true });
  if (box.bin !== undefined) await symlink(box.bin, join(bin, 'kubectl'));

  const connected = await connect({ kubeconfig: box.kubeconfig });
  if (!connected.ok) throw new Error(connected.error.message);
  const cluster = connected.value;
  undo.push(async () => cluster.close());
  await put(cluster, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  await imagePolicy(cluster, site);
  print.say(
    `A ValidatingAdmissionPolicy of the cluster's: images only from ${site.registry}/mirror (the application's), as an OpenShift image policy would.`,
  );
  const standIn = operatorStandIn(cluster, site.namespace);
  undo.push(() => standIn.stop());
  print.note(
    "in place of EDB's closed operator: CloudNativePG's CRD (the same Cluster kind upstream), its status written by a few lines of this demo",
  );

  const entry = fileURLToPath(new URL('../cli.js', import.meta.url));
  const env: Record<string, string> = {
    PATH: `${bin}:${process.env.PATH ?? ''}`,
    HOME: process.env.HOME ?? folder,
    KUBECONFIG: box.kubeconfig,
    INFRAGATE_HOME: home,
  };
  const agent = await connectAgent(
    { command: process.execPath, args: [entry, '--workspace', workspace], env, cwd: workspace },
    approver,
  );
  undo.push(() => agent.close());

  return {
    home,
    world: {
      site,
      workspace,
      agent,
      git: true,
      publishUpstream: async () => {
        for (const image of [APPLICATION, ...SERVICES])
          await sandbox.copyImage(registry, 'busybox:1', path(upstream(site, image)));
        print.note("upstream's images are published to the registry (all of them busybox under other names)");
      },
      mirror: async () => {
        for (const image of [APPLICATION, ...SERVICES])
          await sandbox.copyImage(registry, path(upstream(site, image)), path(mirrored(site, image)));
      },
      quota: (pods) => setQuota(cluster, site, pods),
    },
  };
  function path(image: string): string {
    return image.slice(site.registry.length + 1);
  }
}

/** The demo in the person's place: reads the digest's prefix off the form, as a person would, and approves. */
const approver: Person = (message) => {
  const prefix = /begins with ([0-9a-f]+)/.exec(message)?.[1];
  return prefix === undefined
    ? { action: 'decline' }
    : { action: 'accept', content: { digest_prefix: prefix, choice: 'approve' } };
};

async function put(cluster: Cluster, object: KubeObject): Promise<void> {
  const { namespace } = object.metadata;
  const done = await cluster.writer().apply(object, { force: true, ...(namespace === undefined ? {} : { namespace }) });
  if (!done.ok) throw new Error(`${object.kind}: ${done.error.message}`);
}

async function imagePolicy(cluster: Cluster, site: Site): Promise<void> {
  await put(cluster, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'images-from-the-mirror' },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
      validations: [
        {
          expression: `object.spec.containers.all(c, !c.image.contains('/upstream/dify'))`,
          message: `image policy: application images must come from ${site.registry}/mirror`,
        },
      ],
    },
  });
  await put(cluster, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'images-from-the-mirror' },
    spec: { policyName: 'images-from-the-mirror', validationActions: ['Deny'] },
  });
}

/** The quota, and the world's reaction to it: a ReplicaSet whose Pod was refused tries again at once when it is raised. */
async function setQuota(cluster: Cluster, site: Site, pods: number): Promise<void> {
  await put(cluster, {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'team-quota', namespace: site.namespace },
    spec: { hard: { pods: String(pods) } },
  });
  print.note(`ResourceQuota team-quota: pods ${pods}`);
}
