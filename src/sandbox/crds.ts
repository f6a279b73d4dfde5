// Custom resource definitions as the projects that own them ship them, taken from their published Go modules.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { type Api, apply, get, until } from './api.ts';
import { packageFile } from './binary.ts';
import { findCommand } from './command.ts';
import { createClusterVersion } from './openshift.ts';
import { cache } from './places.ts';
import { SandboxProblem } from './problem.ts';
import type { Progress } from './progress.ts';
import { run } from './run.ts';

export const CRD_SETS = ['openshift', 'olm', 'olm-v1', 'gateway', 'cert-manager', 'cnpg'] as const;
export type CrdSet = (typeof CRD_SETS)[number];

type Source = { module: string; folders: readonly string[]; after?: (api: Api) => Promise<void> };

/** Exact versions: the module proxy can't be asked for the newest of all of these. */
const SOURCES: Readonly<Record<CrdSet, Source>> = {
  openshift: {
    module: 'github.com/openshift/api@v0.0.0-20250207102212-9e59a77ed2e0',
    folders: ['config/v1', 'config/v1alpha1', 'route/v1', 'security/v1', 'operator/v1alpha1'].map(
      (folder) => `${folder}/zz_generated.crd-manifests`,
    ),
    after: createClusterVersion,
  },
  olm: { module: 'github.com/operator-framework/api@v0.30.0', folders: ['crds'] },
  'olm-v1': {
    module: 'github.com/operator-framework/operator-controller@v1.2.0',
    folders: ['operator-controller', 'catalogd'].map((part) => `config/base/${part}/crd/bases`),
  },
  gateway: { module: 'sigs.k8s.io/gateway-api@v1.2.0', folders: ['config/crd/standard'] },
  'cert-manager': { module: 'github.com/cert-manager/cert-manager@v1.16.2', folders: ['deploy/crds'] },
  cnpg: { module: 'github.com/cloudnative-pg/cloudnative-pg@v1.27.0', folders: ['config/crd/bases'] },
};

const Definition = z.looseObject({
  apiVersion: z.literal('apiextensions.k8s.io/v1'),
  kind: z.literal('CustomResourceDefinition'),
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).optional() }),
});
type Definition = z.infer<typeof Definition>;

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Installs a set and waits until the API server serves all of it. */
export async function applyCrds(api: Api, set: CrdSet, progress: Progress): Promise<void> {
  const source = SOURCES[set];
  const definitions = await definitionsOf(set, progress);
  progress(`installing ${definitions.length} CRDs of ${source.module}`);
  await Promise.all(definitions.map((one) => apply(api, `${CRDS}/${one.metadata.name}`, one)));
  const names = new Set(definitions.map((one) => one.metadata.name));
  if (!(await until(() => allEstablished(api, names), 60_000, 200))) {
    throw new SandboxProblem('failed', `The API server did not take up all CRDs of ${source.module} within 60 s.`);
  }
  await source.after?.(api);
}

type CrdList = {
  items: { metadata: { name: string }; status?: { conditions?: { type: string; status: string }[] } }[];
};

async function allEstablished(api: Api, names: ReadonlySet<string>): Promise<boolean> {
  const listed = (await get(api, CRDS)) as CrdList | undefined;
  const established = (listed?.items ?? []).filter(
    (one) =>
      names.has(one.metadata.name) &&
      one.status?.conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True'),
  );
  return established.length === names.size;
}

/** The file that holds a set of this version, in the cache and in the platform's package. */
export const crdFile = (set: CrdSet): string => `crds/${set}-${SOURCES[set].module.split('@')[1]}.json`;

/** From the platform's package or the cache, else from the module: later there may be no Go, and it takes seconds. */
export async function definitionsOf(set: CrdSet, progress: Progress): Promise<Definition[]> {
  const { module, folders } = SOURCES[set];
  const kept = join(cache(), crdFile(set));
  for (const path of [packageFile(crdFile(set)), kept]) {
    const read = z.array(Definition).safeParse(path === undefined ? undefined : readJson(path));
    if (read.success) return read.data;
  }
  const folder = await moduleFolder(module, progress);
  const definitions = chosen(
    folders.flatMap((below) =>
      readdirSync(join(folder, below))
        .filter((file) => file.endsWith('.yaml'))
        .map((file) => ({ file, text: readFileSync(join(folder, below, file), 'utf8') })),
    ),
  );
  mkdirSync(join(cache(), 'crds'), { recursive: true });
  writeFileSync(`${kept}.${process.pid}`, JSON.stringify(definitions));
  renameSync(`${kept}.${process.pid}`, kept);
  return definitions;
}

/**
 * One definition for each name. OpenShift ships some in several variants, told apart by the end of the file's name: its
 * default, else the technology preview's (some kinds exist only there).
 */
export function chosen(files: readonly { file: string; text: string }[]): Definition[] {
  const rank = (file: string) => {
    if (/-TechPreviewNoUpgrade\.crd\.yaml$/.test(file)) return 1;
    return /-(Hypershift|CustomNoUpgrade|DevPreviewNoUpgrade)\.crd\.yaml$/.test(file) ? 2 : 0;
  };
  const byName = new Map<string, Definition>();
  for (const { file, text } of files.toSorted((a, b) => rank(a.file) - rank(b.file))) {
    if (rank(file) === 2) continue;
    for (const document of parseAllDocuments(text)) {
      const parsed = Definition.safeParse(document.toJS());
      if (parsed.success && !byName.has(parsed.data.metadata.name))
        byName.set(parsed.data.metadata.name, clean(parsed.data));
    }
  }
  return [...byName.values()];
}

/** cert-manager's labels hold the placeholders of its Helm chart, and some files the status of a generator. */
function clean({ status: _, ...definition }: Definition): Definition {
  const labels = Object.entries(definition.metadata.labels ?? {}).filter(([, value]) => !value.includes('{{'));
  return { ...definition, metadata: { ...definition.metadata, labels: Object.fromEntries(labels) } } as Definition;
}

async function moduleFolder(module: string, progress: Progress): Promise<string> {
  const go = findCommand('go');
  if (go === undefined) {
    throw new SandboxProblem(
      'environment',
      `The CRDs of ${module} are fetched with the go command, which is not in PATH.`,
    );
  }
  progress(`fetching ${module}`);
  // Outside of any Go module of the caller's, which would have its say.
  const nowhere = mkdtempSync(join(tmpdir(), 'infragate-'));
  try {
    const env = { ...process.env, GOFLAGS: '-mod=mod', GOWORK: 'off' };
    const printed = await run(go, ['mod', 'download', '-json', module], { cwd: nowhere, env, timeoutMs: 300_000 });
    return z.object({ Dir: z.string() }).parse(JSON.parse(printed)).Dir;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new SandboxProblem('environment', `${module}, which ships the CRDs, could not be fetched: ${said}`);
  } finally {
    rmSync(nowhere, { recursive: true, force: true });
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
