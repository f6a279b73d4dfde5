import { readFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { Entry, Fields, Kubeconfig } from './kubeconfig.ts';
import { ok, problem, type Result } from './result.ts';

/**
 * A kubeconfig frozen to one context, certificates taken into the text: what happens to the files later (a login to
 * another cluster) changes nothing for a connection already made.
 */

/** One context, its cluster and its user. */
export type Frozen = {
  readonly context: string;
  readonly server: string;
  readonly namespace: string | undefined;
  readonly cluster: Entry;
  readonly user: Entry;
};

const text = z.string().min(1);
const contextFields = z.looseObject({ cluster: text, user: z.string().nullish(), namespace: z.string().nullish() });
const clusterFields = z.looseObject({ server: text });

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
      server: reach.data.server.replace(/(?<!\/)\/+$/, ''),
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
