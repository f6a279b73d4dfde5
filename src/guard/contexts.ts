import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { readText } from '../shell/index.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether two contexts lead to two clusters, by what the kubeconfig says of their servers; without it (or without one of
 * them in it, where kubectl fails) by their names.
 */
export function areDifferentClusters(one: string, other: string, env: Environment = process.env): boolean {
  if (one === other) return false;
  const files = (env.KUBECONFIG ?? join(homedir(), '.kube', 'config')).split(delimiter).filter((path) => path !== '');
  const text = files.map((path) => readText(path) ?? '').join('\n');
  const [a, b] = [serverOf(one, text), serverOf(other, text)];
  return a === undefined || b === undefined ? true : a !== b;
}

/** kubectl writes its file in block style; JSON and flow style are looked through for the same words. */
function serverOf(context: string, kubeconfig: string): string | undefined {
  const cluster = entry(kubeconfig, 'context', context, 'cluster');
  return cluster === undefined ? undefined : entry(kubeconfig, 'cluster', cluster, 'server');
}

/** A value without its quotes and JSON's comma; undefined when nothing is left. */
const bare = (value: string | undefined): string | undefined =>
  value
    ?.trim()
    .replace(/,$/, '')
    .replace(/^["']|["']$/g, '') || undefined;

/** In the list whose items have the key `kind` and this name: the value of `field` inside `kind`. */
function entry(text: string, kind: string, name: string, field: string): string | undefined {
  const items = text.split(/^[ \t]*-[ \t]+/m);
  for (const item of items) {
    const block = item.replace(/^(?=\S)/, '  ');
    const named = bare(/^[ \t]*"?name"?:(.*)/m.exec(block)?.[1]);
    if (named !== name || !new RegExp(`^[ \\t]*"?${kind}"?:`, 'm').test(block)) continue;
    return bare(new RegExp(`^[ \\t]+"?${field}"?:(.*)`, 'm').exec(block)?.[1]);
  }
  return undefined;
}
