import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { ok, problem, type Result } from './result.ts';

/**
 * The kubeconfig: files merged as kubectl merges them (the first to name a thing wins, missing files are skipped).
 * client-node's own loading merges otherwise (the last current-context wins, doubles throw) and drops as-groups.
 */

const fields = z.record(z.string(), z.unknown());
const text = z.string().min(1);

const file = z.object({
  'current-context': z.string().nullish(),
  clusters: z.array(z.object({ name: text, cluster: fields.nullish() })).nullish(),
  users: z.array(z.object({ name: text, user: fields.nullish() })).nullish(),
  contexts: z.array(z.object({ name: text, context: fields.nullish() })).nullish(),
});

export type Fields = Readonly<Record<string, unknown>>;
export type Entry = { readonly name: string; readonly fields: Fields };

/** All files together. Relative paths are absolute already. */
export type Kubeconfig = {
  readonly clusters: readonly Entry[];
  readonly users: readonly Entry[];
  readonly contexts: readonly Entry[];
  readonly current: string | undefined;
};

export type ContextListing = {
  readonly name: string;
  readonly cluster: string;
  readonly server: string | undefined;
  readonly user: string | undefined;
  readonly namespace: string | undefined;
  readonly current: boolean;
};

type Environment = Readonly<Record<string, string | undefined>>;

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Where to look: what was asked for, INFRAGATE_KUBECONFIG, KUBECONFIG (a list), ~/.kube/config, a Pod's own account. */
export async function readKubeconfig(asked: string | undefined, env: Environment): Promise<Result<Kubeconfig>> {
  const named = asked ?? (env.INFRAGATE_KUBECONFIG || undefined) ?? (env.KUBECONFIG || undefined);
  const home = join(env.HOME || homedir(), '.kube', 'config');
  const places = named === undefined ? [home] : named.split(delimiter).filter((place) => place !== '');
  const there = places.filter((place) => existsSync(place));
  if (there.length === 0) {
    const inside = named === undefined ? await fromPod(env) : undefined;
    if (inside !== undefined) return ok(inside);
    const where = asked !== undefined ? '' : env.INFRAGATE_KUBECONFIG ? 'INFRAGATE_KUBECONFIG' : 'KUBECONFIG';
    return problem(
      'NoKubeconfig',
      named === undefined
        ? `there is no kubeconfig: KUBECONFIG is not set and ${home} does not exist`
        : `there is no kubeconfig at ${places.join(', ') || named}${where === '' ? '' : ` (from ${where})`}`,
    );
  }
  const read: Kubeconfig[] = [];
  for (const place of there) {
    const one = await readOne(resolve(place));
    if (!one.ok) return one;
    read.push(one.value);
  }
  return ok(merge(read));
}

async function readOne(place: string): Promise<Result<Kubeconfig>> {
  const bad = (why: string) => problem('BadKubeconfig', `the kubeconfig ${place} can't be used: ${why}`);
  let content: string;
  try {
    content = await readFile(place, 'utf8');
  } catch (error) {
    return bad(error instanceof Error ? error.message : 'unreadable');
  }
  // prettyErrors would quote the line, and the line may hold a token.
  const document = parseDocument(content, { prettyErrors: false });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const line = content.slice(0, broken.pos[0]).split('\n').length;
    return bad(`line ${line} is not YAML (${broken.code})`);
  }
  const parsed = file.safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return bad(`${issue?.path.join('.') || 'the document'} is not what a kubeconfig has there`);
  }
  const { clusters, users, contexts } = parsed.data;
  const folder = dirname(place);
  return ok({
    clusters: (clusters ?? []).map((c) => ({ name: c.name, fields: absolute(c.cluster ?? {}, folder) })),
    users: (users ?? []).map((u) => ({ name: u.name, fields: absolute(u.user ?? {}, folder) })),
    contexts: (contexts ?? []).map((c) => ({ name: c.name, fields: c.context ?? {} })),
    current: parsed.data['current-context'] || undefined,
  });
}

const PATHS = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'];

function absolute(entry: Fields, folder: string): Fields {
  const found = { ...entry };
  for (const key of PATHS) {
    const value = found[key];
    if (typeof value === 'string' && value !== '' && !isAbsolute(value)) found[key] = join(folder, value);
  }
  // kubectl: a command with a folder in it is looked for from the kubeconfig's folder, a bare one in PATH.
  const exec = fields.safeParse(found.exec);
  if (exec.success && typeof exec.data.command === 'string') {
    const command = exec.data.command;
    if (/[\\/]/.test(command) && !isAbsolute(command)) found.exec = { ...exec.data, command: join(folder, command) };
  }
  return found;
}

export function merge(files: readonly Kubeconfig[]): Kubeconfig {
  const firsts = (lists: readonly (readonly Entry[])[]) => {
    const seen = new Map<string, Entry>();
    for (const entry of lists.flat()) if (!seen.has(entry.name)) seen.set(entry.name, entry);
    return [...seen.values()];
  };
  return {
    clusters: firsts(files.map((f) => f.clusters)),
    users: firsts(files.map((f) => f.users)),
    contexts: firsts(files.map((f) => f.contexts)),
    current: files.find((f) => f.current !== undefined)?.current,
  };
}

/** The account of the Pod we run in, when we run in one. */
async function fromPod(env: Environment): Promise<Kubeconfig | undefined> {
  const host = env.KUBERNETES_SERVICE_HOST;
  const tokenFile = join(SERVICE_ACCOUNT, 'token');
  if (!host || !existsSync(tokenFile)) return undefined;
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${env.KUBERNETES_SERVICE_PORT ?? '443'}`;
  const namespace = await readFile(join(SERVICE_ACCOUNT, 'namespace'), 'utf8').catch(() => '');
  const name = 'in-cluster';
  return {
    clusters: [{ name, fields: { server, 'certificate-authority': join(SERVICE_ACCOUNT, 'ca.crt') } }],
    users: [{ name, fields: { tokenFile } }],
    contexts: [{ name, fields: { cluster: name, user: name, ...(namespace === '' ? {} : { namespace }) } }],
    current: name,
  };
}

export function contextsOf(config: Kubeconfig): ContextListing[] {
  const string = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  return config.contexts.map((context) => {
    const cluster = config.clusters.find((c) => c.name === context.fields.cluster);
    return {
      name: context.name,
      cluster: string(context.fields.cluster) ?? '',
      server: string(cluster?.fields.server),
      user: string(context.fields.user),
      namespace: string(context.fields.namespace),
      current: context.name === config.current,
    };
  });
}
