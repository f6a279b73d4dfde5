import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { ok, problem, type Result } from './result.ts';

/**
 * The kubeconfig, read once and frozen to one context: files merged as kubectl merges them (the first to name a thing
 * wins, missing files are skipped), certificates taken into the text, so that what happens to the files later (a login
 * to another cluster) changes nothing for a connection already made. client-node's own loading merges otherwise (the
 * last current-context wins, doubles throw) and drops as-groups.
 */

const fields = z.record(z.string(), z.unknown());
const text = z.string().min(1);

const file = z.object({
  'current-context': z.string().nullish(),
  clusters: z.array(z.object({ name: text, cluster: fields.nullish() })).nullish(),
  users: z.array(z.object({ name: text, user: fields.nullish() })).nullish(),
  contexts: z.array(z.object({ name: text, context: fields.nullish() })).nullish(),
});

const contextFields = z.looseObject({ cluster: text, user: z.string().nullish(), namespace: z.string().nullish() });
const clusterFields = z.looseObject({ server: text });

type Fields = Readonly<Record<string, unknown>>;
export type Entry = { readonly name: string; readonly fields: Fields };

/** All files together. Relative paths are absolute already. */
export type Kubeconfig = {
  readonly clusters: readonly Entry[];
  readonly users: readonly Entry[];
  readonly contexts: readonly Entry[];
  readonly current: string | undefined;
};

/** One context, its cluster and its user. */
export type Frozen = {
  readonly context: string;
  readonly server: string;
  readonly namespace: string | undefined;
  readonly cluster: Entry;
  readonly user: Entry;
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

/** One context of it, with the files it names read. */
export async function freeze(config: Kubeconfig, asked: string | undefined): Promise<Result<Frozen>> {
  const names = config.contexts.map((c) => c.name);
  const known = names.length === 0 ? 'it has none' : `it has ${names.slice(0, 20).join(', ')}`;
  const name = asked ?? config.current;
  if (name === undefined) {
    return problem('UnknownContext', `the kubeconfig has no current context, and none was named; ${known}`);
  }
  const context = config.contexts.find((c) => c.name === name);
  if (context === undefined) return problem('UnknownContext', `the kubeconfig has no context ${name}; ${known}`);
  const bad = (why: string) => problem('BadKubeconfig', `the context ${name} can't be used: ${why}`);
  const said = contextFields.safeParse(context.fields);
  if (!said.success) return bad('it names no cluster');
  const cluster = config.clusters.find((c) => c.name === said.data.cluster);
  if (cluster === undefined) return bad(`the kubeconfig has no cluster ${said.data.cluster}`);
  const reach = clusterFields.safeParse(cluster.fields);
  if (!reach.success || !URL.canParse(reach.data.server)) {
    return bad(`the cluster ${cluster.name} has no server address`);
  }
  const userName = said.data.user || undefined;
  const user = userName === undefined ? undefined : config.users.find((u) => u.name === userName);
  if (userName !== undefined && user === undefined) return bad(`the kubeconfig has no user ${userName}`);
  try {
    return ok({
      context: name,
      server: reach.data.server.replace(/\/+$/, ''),
      namespace: said.data.namespace || undefined,
      cluster: { name: cluster.name, fields: await inline(cluster.fields) },
      user: { name: user?.name ?? 'anonymous', fields: await inline(user?.fields ?? {}) },
    });
  } catch (error) {
    return bad(error instanceof Error ? error.message : String(error));
  }
}

const FILES = ['certificate-authority', 'client-certificate', 'client-key'];

/** Certificates and keys into the text. tokenFile stays a file: tokens in it are renewed while we run. */
async function inline(entry: Fields): Promise<Fields> {
  const found = { ...entry };
  for (const key of FILES) {
    const path = found[key];
    if (typeof path !== 'string' || path === '') continue;
    delete found[key];
    // kubectl: the text wins over the file.
    if (found[`${key}-data`]) continue;
    found[`${key}-data`] = (await readFile(path)).toString('base64');
  }
  return found;
}

/** The one context as a kubeconfig of its own, for the commands of a plan. It holds credentials. */
export function kubeconfigText(frozen: Frozen): string {
  const { context, namespace, cluster, user } = frozen;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: cluster.name, cluster: cluster.fields }],
    users: [{ name: user.name, user: user.fields }],
    contexts: [
      {
        name: context,
        context: { cluster: cluster.name, user: user.name, ...(namespace === undefined ? {} : { namespace }) },
      },
    ],
    'current-context': context,
  });
}
