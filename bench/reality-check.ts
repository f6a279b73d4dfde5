import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, connect as dial, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../src/cluster/index.ts';
import { createEngine } from '../src/engine/index.ts';
import { down, pushImage, up } from '../src/sandbox/sandbox.ts';
import { TOOLS } from '../src/tools/index.ts';
import { plainKubectl } from './kubectl.ts';
import { type Questions, type Script, script, scriptNames } from './reality-script.ts';
import { report } from './row.ts';

/**
 * The reality check against the same questions asked by scripts of an ordinary kubectl and curl (reality-script.ts): 50
 * APIs, 20 images, 5 operators, 20 manifests, with 30 ms between either and the API server and registry. The clock is the
 * caller's, from the call or the script's start to its answer or end. `--large` asks again with 1,000 CRDs and 5,000 Pods.
 * Exits 1 when ours is slower than the batched script, or grows with the cluster by more than 1.3.
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

type Figures = { readonly ms: number; readonly characters: number; readonly all?: number; readonly mib?: number };

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

const questions: Questions = {
  kubectl: await plainKubectl(),
  kubeconfig,
  folder,
  namespace: NS,
  registry,
  groups: apis.map(({ group }) => group),
  images,
  operators,
  manifests: manifests.map((_, i) => join(folder, `${i}.json`)),
  pods: manifests.flatMap((manifest, i) => (podIn(manifest) === undefined ? [] : [join(folder, `${i}-pod.json`)])),
};

type Measured = { first: Figures; later: Figures; scripts: Map<Script, Figures> };

async function measure(): Promise<Measured> {
  const [first, later] = [await ours(), await ours()];
  const scripts: Measured['scripts'] = new Map();
  for (const name of scriptNames) scripts.set(name, await script(name, questions));
  return { first, later, scripts };
}

/** Tokens are characters divided by four. */
function told(size: string, { first, later, scripts }: Measured): boolean {
  const rivals = [...scripts].map(([name, { ms }]) => ({ name, ms }));
  const one = report({ work: `reality check of 95 items, ${size}`, ours_ms: later.ms, rivals, most: 1 });
  const two = report({ work: `the same, a server's first call, ${size}`, ours_ms: first.ms, rivals, most: 1 });
  const tokens = (n: number | undefined) => Math.round((n ?? 0) / 4);
  console.log(
    `tokens: ${tokens(later.characters)} as text, ${tokens(later.all)} as the structured answer; ${[...scripts].map(([name, { characters }]) => `${tokens(characters)} ${name}`).join(', ')}; ${first.mib?.toFixed(0)} MiB more after the first call`,
  );
  return one && two;
}

let fine = true;
try {
  const small = await measure();
  fine = told('an ordinary cluster', small);
  if (large) {
    await grow();
    const grown = await measure();
    fine = told('1,000 CRDs and 5,000 Pods', grown) && fine;
    fine =
      report({
        work: 'growth: the reality check with 1,000 CRDs and 5,000 Pods',
        ours_ms: grown.later.ms,
        rivals: [{ name: 'without', ms: small.later.ms }],
        most: 1.3,
      }) && fine;
  }
} finally {
  apiLine.close();
  registryLine.close();
  cluster.value.close();
  rmSync(folder, { recursive: true, force: true });
  await down({ name: NAME });
}
process.exit(fine ? 0 : 1);
