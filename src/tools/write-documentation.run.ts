import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import type { Reader } from '../cluster/index.ts';
import type { ToolRun } from '../engine/tool.ts';
import { type KubeObject, readiness } from '../objects/index.ts';
import { type Component, type Deployed, documentation } from '../report/index.ts';
import { type Deployment, type Refusal, refuse } from '../workflow/index.ts';
import { lookAtPhase } from './phase/live.ts';
import { allPhases, type StoredPlan, storedPlan } from './phase/stored.ts';
import type { Input, Output } from './write-documentation.ts';

/** The workflow's document, from the record and from what is live now. */
export const run: ToolRun<'write-documentation', Input, Output> = async (input, run) => {
  const d = await run.current();
  const stored = await storedPlan(run, d);
  if ('code' in stored) return no(stored);
  const path = input.path === undefined ? undefined : await insideWorkspace(d.started.workspace, input.path);
  if (typeof path === 'object') return no(path);
  const deployed = await whatIsDeployed(await run.reader(), d, stored);
  const before = path === undefined ? undefined : await readFile(path, 'utf8').catch(() => undefined);
  const markdown = documentation(d, deployed, {
    access: input.access ?? [],
    known_issues: input.known_issues ?? [],
    before,
  });
  if (path !== undefined) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, markdown);
  }
  const body = await run.put(markdown, 'text/markdown');
  const refusal = await run.record({
    type: 'written',
    what: 'documentation',
    text: input.path ?? 'documentation',
    body,
  });
  if (refusal !== undefined) return no(refusal);
  return {
    kind: 'answer',
    value: { markdown, ...(path === undefined ? {} : { path }), resource: `infragate://evidence/${body}` },
  };
};

const no = (refusal: Refusal) => ({ kind: 'refusal', refusal }) as const;

/** A path below the workspace, links followed; a refusal for anything else. */
async function insideWorkspace(workspace: string, path: string): Promise<string | Refusal> {
  const wanted = resolve(workspace, path);
  const outside = (from: string, to: string) => relative(from, to).startsWith('..') || isAbsolute(relative(from, to));
  if (outside(workspace, wanted)) return refuse('BAD_INPUT', `path: ${path} is outside the workspace.`);
  let folder = dirname(wanted);
  for (;;) {
    const real = await realpath(folder).catch(() => undefined);
    if (real !== undefined)
      return outside(await realpath(workspace), real)
        ? refuse('BAD_INPUT', `path: ${path} leads out of the workspace.`)
        : wanted;
    if (folder === dirname(folder)) return wanted;
    folder = dirname(folder);
  }
}

async function whatIsDeployed(reader: Reader, d: Deployment, stored: StoredPlan): Promise<Deployed> {
  const version = await reader.version();
  const pods = await reader.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: d.target.namespace });
  const running = pods.ok ? pods.value.items : [];
  const components: Component[] = [];
  const addresses: string[] = [];
  for (const phase of allPhases(stored, d)) {
    for (const { ref, live } of await lookAtPhase(reader, d, phase)) {
      if (live === undefined) continue;
      const reading = readiness(live);
      const own = running.filter((p) => belongs(p, live));
      components.push({
        phase: phase.number,
        kind: ref.kind,
        name: ref.name,
        status: reading.status === 'unknown' ? 'present' : reading.status,
        message: reading.message,
        images: imagesOf(own, live),
        ...(ref.kind === 'Service' ? { selects: selectedBy(live, stored) } : {}),
      });
      addresses.push(...addressesOf(live, d.target.namespace));
    }
  }
  return {
    components,
    version: version.ok ? version.value.gitVersion : 'version unknown',
    addresses,
    secrets: stored.plan.secrets.map((s) => s.name),
  };
}

type Fields = Record<string, unknown>;
const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const items = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fields) : []);

const matchLabels = (live: KubeObject): Fields => {
  const selector = fields(fields(live.spec).selector);
  return fields(selector.matchLabels ?? (live.kind === 'Service' ? selector : undefined));
};

const matches = (labels: Fields, wanted: Fields): boolean =>
  Object.keys(wanted).length > 0 && Object.entries(wanted).every(([k, v]) => labels[k] === v);

const belongs = (pod: KubeObject, owner: KubeObject): boolean =>
  matches(fields(pod.metadata.labels), matchLabels(owner)) && owner.kind !== 'Service';

/** By digest, as the kubelet reports what it runs; as written where nothing runs. */
function imagesOf(pods: readonly KubeObject[], live: KubeObject): string[] {
  const run = pods.flatMap((p) =>
    items(fields(p.status).containerStatuses).map((c) => String(c.imageID || c.image || '')),
  );
  const template = fields(fields(fields(live.spec).template).spec);
  const written = items(template.containers).map((c) => String(c.image ?? ''));
  return [...new Set([...run.filter((i) => i !== ''), ...(run.some((i) => i !== '') ? [] : written)])];
}

/** The workloads of the plan whose Pods a Service selects. */
function selectedBy(service: KubeObject, stored: StoredPlan): string[] {
  return stored.loaded.phases
    .flatMap((p) => p.manifests.map((m) => m.object))
    .filter((o) => matches(fields(fields(fields(fields(o.spec).template).metadata).labels), matchLabels(service)))
    .map((o) => `${o.kind}/${o.metadata.name}`);
}

function addressesOf(live: KubeObject, namespace: string): string[] {
  const spec = fields(live.spec);
  if (live.kind === 'Route')
    return [
      `Route: ${spec.tls === undefined ? 'http' : 'https'}://${String(spec.host ?? '')}${String(spec.path ?? '')}`,
    ];
  if (live.kind === 'Ingress')
    return items(spec.rules).map(
      (rule) => `Ingress: ${spec.tls === undefined ? 'http' : 'https'}://${String(rule.host ?? '*')}`,
    );
  if (live.kind === 'Service')
    return items(spec.ports).map(
      (port) => `Service: ${live.metadata.name}.${namespace}.svc:${String(port.port)} (inside the cluster)`,
    );
  return [];
}
