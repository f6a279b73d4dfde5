import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, connect as dial, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { connect } from '../src/cluster/index.ts';
import { createEngine } from '../src/engine/index.ts';
import { findBinary, part } from '../src/sandbox/binary.ts';
import { down, pushImage, up } from '../src/sandbox/sandbox.ts';
import { TOOLS } from '../src/tools/index.ts';

/**
 * The reality check against the same questions asked by a kubectl script one after another: 50 APIs, 20 images, 5
 * operators, 20 manifests, with 30 ms between either and the API server and registry. `--large` asks again with 1,000
 * CRDs and 5,000 Pods installed. Exits 1 when a server is less than 20 times faster, at its first call or later, or when
 * its text or its structured answer has more than a tenth of the script's tokens.
 */
const ROUND_TRIP_MS = 30;
const NAME = 'bench-reality';
const NS = 'bench';
const large = process.argv.includes('--large');

/** A line that takes half the round trip each way. TLS goes through it untouched. */
async function slowLine(port: number): Promise<Server> {
  const server = createServer((near) => {
    const far = dial(port, '127.0.0.1');
    const later = (to: typeof far) => (chunk: Buffer) =>
      setTimeout(() => to.writable && to.write(chunk), ROUND_TRIP_MS / 2);
    near.setNoDelay(true);
    far.setNoDelay(true);
    near
      .on('data', later(far))
      .on('close', () => far.destroy())
      .on('error', () => far.destroy());
    far
      .on('data', later(near))
      .on('close', () => near.destroy())
      .on('error', () => near.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}
const portOf = (server: Server) => (server.address() as AddressInfo).port;

const sandbox = await up({ name: NAME, crds: ['openshift', 'olm', 'cert-manager', 'gateway', 'cnpg'] });
const folder = mkdtempSync(join(tmpdir(), 'infragate-bench-'));
const apiLine = await slowLine(Number(new URL(sandbox.server).port));
const registryLine = await slowLine(Number(sandbox.registry?.split(':')[1]));
const registry = `127.0.0.1:${portOf(registryLine)}`;
const kubeconfig = join(folder, 'kubeconfig');
const plain: string = readFileSync(sandbox.kubeconfig, 'utf8');
writeFileSync(kubeconfig, plain.replaceAll(sandbox.server, `https://127.0.0.1:${portOf(apiLine)}`), { mode: 0o600 });

const cluster = await connect({ kubeconfig: sandbox.kubeconfig });
if (!cluster.ok) throw new Error(cluster.error.message);
const writer = cluster.value.writer();
await writer.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NS } });
const discovery = await writer.discovery();
if (!discovery.ok) throw new Error(discovery.error.message);

const apis = discovery.value.resources.slice(0, 50);
const images = Array.from({ length: 20 }, (_, i) => `team/app-${i}:1`);
for (const image of images) await pushImage(sandbox.registry ?? '', image, { files: { name: { content: image } } });
const operators = ['cert-manager', 'cloudnative-pg', 'ingress', 'gateway', 'route'];
const manifests = Array.from({ length: 10 }, (_, i) => [deployment(`app-${i}`), service(`app-${i}`)]).flat();
manifests.forEach((manifest, i) => {
  writeFileSync(join(folder, `${i}.json`), JSON.stringify(manifest));
  const pod = podIn(manifest);
  if (pod !== undefined) writeFileSync(join(folder, `${i}-pod.json`), JSON.stringify(pod));
});

function podIn({ metadata, spec }: (typeof manifests)[number]): object | undefined {
  if (!('template' in spec)) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    ...spec.template,
    metadata: { ...spec.template.metadata, generateName: `${metadata.name}-` },
  };
}

function deployment(name: string) {
  const container = {
    name,
    image: `${registry}/team/app-0:1`,
    resources: { requests: { cpu: '10m', memory: '16Mi' } },
  };
  const template = { metadata: { labels: { app: name } }, spec: { containers: [container] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { selector: { matchLabels: { app: name } }, template },
  };
}
function service(name: string) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ port: 80 }] },
  };
}

type Figures = { ms: number; characters: number; all?: number; mib?: number };

async function ours(): Promise<Figures> {
  process.env.INFRAGATE_KUBECONFIG = kubeconfig;
  const engine = createEngine({ home: join(folder, 'home'), workspace: folder, tools: TOOLS });
  const before = process.memoryUsage.rss();
  const began = performance.now();
  const answer = await engine.perform({
    tool: 'cluster-reality-check',
    actor: { kind: 'agent', client: 'bench' },
    input: {
      deployment: 'none',
      namespace: NS,
      assumed_apis: apis.map((r) => `${r.group === '' ? 'core' : r.group}/${r.version}/${r.kind}`),
      planned_images: images.map((image) => `${registry}/${image}`),
      operators,
      manifests: manifests.map((manifest) => JSON.stringify(manifest)).join('\n---\n'),
    },
  });
  const ms = performance.now() - began;
  const mib = (process.memoryUsage.rss() - before) / 2 ** 20;
  await engine.close();
  if (answer.isError) throw new Error(answer.text);
  if (process.argv.includes('--show')) console.log(answer.text, JSON.stringify(answer.structured));
  return { ms, characters: answer.text.length, all: JSON.stringify(answer.structured).length, mib };
}

/**
 * What an agent's script would ask, in the shortest form that answers: one command after another, each item's own.
 * Nothing is asked that the reality check doesn't answer, too.
 */
async function script(): Promise<Figures> {
  const command = part(await findBinary(), 'kubectl');
  if (command === undefined) throw new Error('this sandbox has no kubectl');
  const base = ['--kubeconfig', kubeconfig, '--cache-dir', join(folder, 'cache'), '-n', NS];
  const printed = new Map<string, number>();
  const began = performance.now();
  // Not the synchronous form: the slow lines run in this very process.
  const shell = (about: string, file: string, args: readonly string[]) =>
    new Promise<string>((done) => {
      execFile(file, [...args], { maxBuffer: 1 << 28 }, (_error, stdout, stderr) => {
        printed.set(about, (printed.get(about) ?? 0) + stdout.length + stderr.length);
        done(stdout);
      });
    });
  const kubectl = (about: string, ...args: string[]) => shell(about, command.file, [...command.args, ...base, ...args]);
  const curl = (path: string, ...args: string[]) =>
    shell('images', 'curl', ['-sS', ...args, `http://${registry}/v2/${path}`]);

  // Whose eyes these are.
  await kubectl('identity', 'auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}');

  for (const { group } of apis) await kubectl('APIs', 'api-resources', `--api-group=${group}`);

  // For which nodes an image has to be built, with which credentials they pull, and what may redirect or forbid a pull.
  await kubectl('images', 'get', 'nodes', '-o', 'jsonpath={.items[*].status.nodeInfo.architecture}');
  await kubectl('images', 'get', 'serviceaccount', 'default', '-o', 'jsonpath={.imagePullSecrets}');
  await kubectl('images', 'get', 'secret', 'pull-secret', '-n', 'openshift-config', '-o', 'name');
  for (const kind of ['imagedigestmirrorsets', 'imagetagmirrorsets', 'images', 'clusterimagepolicies', 'imagepolicies'])
    await kubectl('images', 'get', `${kind}.config.openshift.io`);
  await kubectl('images', 'get', 'imagecontentsourcepolicies.operator.openshift.io');
  for (const image of images) {
    const [name, tag] = image.split(':');
    const accept = 'Accept: application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json';
    const manifest = z
      .object({ config: z.object({ digest: z.string() }) })
      .parse(JSON.parse(await curl(`${name}/manifests/${tag}`, '-H', accept)));
    // The architecture is in the config.
    await curl(`${name}/blobs/${manifest.config.digest}`);
  }

  for (const operator of operators) {
    // OLM v0: what is subscribed, installed, waits for approval, where from, for which namespaces. Then v1, OpenShift's own.
    const olm = ['subscriptions', 'clusterserviceversions', 'installplans', 'catalogsources', 'operatorgroups'];
    await kubectl('operators', 'get', olm.map((kind) => `${kind}.operators.coreos.com`).join(','), '-A');
    await kubectl('operators', 'get', 'packagemanifests.packages.operators.coreos.com', operator);
    await kubectl('operators', 'get', 'clusterextensions.olm.operatorframework.io', operator);
    await kubectl('operators', 'get', 'clusteroperators', operator);
    await kubectl('operators', 'get', 'crd', '-o', 'name');
    await kubectl('operators', 'get', 'deployments', '-A');
    await kubectl('operators', 'get', 'validatingwebhookconfigurations,mutatingwebhookconfigurations', '-o', 'name');
  }

  // What limits the namespace.
  await kubectl('manifests', 'get', 'resourcequotas,limitranges');
  for (const [i, manifest] of manifests.entries()) {
    const dryRun = ['--dry-run=server', '--validate=strict', '-f'];
    await kubectl('manifests', 'apply', ...dryRun, join(folder, `${i}.json`));
    // Quota, LimitRange, Pod Security and webhooks act on the Pod, which the dry run of its Deployment doesn't make.
    if (podIn(manifest) !== undefined) await kubectl('manifests', 'create', ...dryRun, join(folder, `${i}-pod.json`));
  }
  if (process.argv.includes('--show')) console.log('the script printed', Object.fromEntries(printed));
  return { ms: performance.now() - began, characters: [...printed.values()].reduce((a, b) => a + b, 0) };
}

/** A CRD a thousand times, and Pods of kwok. */
async function grow(): Promise<void> {
  const atOnce = async (count: number, make: (i: number) => Promise<unknown>) => {
    for (let i = 0; i < count; i += 50)
      await Promise.all(Array.from({ length: Math.min(50, count - i) }, (_, j) => make(i + j)));
  };
  await atOnce(1000, (i) =>
    writer.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `things${i}.g${i % 100}.bench.example.com` },
      spec: {
        group: `g${i % 100}.bench.example.com`,
        scope: 'Namespaced',
        names: { plural: `things${i}`, kind: `Thing${i}` },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    }),
  );
  await atOnce(5000, (i) =>
    writer.create(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `pod-${i}` },
        spec: { containers: [{ name: 'c', image: `${registry}/team/app-0:1` }] },
      },
      { namespace: 'default' },
    ),
  );
}

const rows: [string, Figures][] = [];
try {
  rows.push(['infragate', await ours()]);
  rows.push(['infragate again', await ours()]);
  rows.push(['kubectl script', await script()]);
  if (large) {
    await grow();
    rows.push(['infragate, 1,000 CRDs and 5,000 Pods', await ours()]);
    rows.push(['kubectl script, the same', await script()]);
  }
} finally {
  apiLine.close();
  registryLine.close();
  cluster.value.close();
  rmSync(folder, { recursive: true, force: true });
  await down({ name: NAME });
}

console.log(`50 APIs, 20 images, 5 operators, 20 manifests; ${ROUND_TRIP_MS} ms round trip\n`);
console.log(
  `${''.padEnd(38)}${'seconds'.padStart(9)}${'tokens'.padStart(10)}${'structured'.padStart(12)}${'MiB more'.padStart(10)}`,
);
for (const [name, { ms, characters, all, mib }] of rows) {
  const tokens = (n: number | undefined) => (n === undefined ? '' : String(Math.round(n / 4)));
  console.log(
    `${name.padEnd(38)}${(ms / 1000).toFixed(2).padStart(9)}${tokens(characters).padStart(10)}${tokens(all).padStart(12)}${(mib?.toFixed(0) ?? '').padStart(10)}`,
  );
}
const [cold, warm] = [rows[0]?.[1], rows[1]?.[1]];
const theirs = rows.find(([name]) => name === 'kubectl script')?.[1];
if (cold !== undefined && warm !== undefined && theirs !== undefined) {
  // A server's first call loads the tool's code, its later ones don't.
  const [faster, first] = [theirs.ms / warm.ms, theirs.ms / cold.ms];
  const share = warm.characters / theirs.characters;
  const structured = (warm.all ?? 0) / theirs.characters;
  console.log(
    `\n${faster.toFixed(1)} times faster (${first.toFixed(1)} at a server's first call); ${(100 * share).toFixed(1)} % of the tokens as text, ${(100 * structured).toFixed(1)} % as the structured answer (4 characters a token)`,
  );
  if (faster < 20 || first < 20 || share > 0.1 || structured > 0.1) process.exitCode = 1;
}
process.exit();
