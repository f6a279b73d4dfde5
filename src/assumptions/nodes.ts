import type { Action, ApiFailure, KubeObject } from '../cluster/index.ts';
import { add, parseQuantity, podNeeds, type Quantity, subtract, ZERO } from '../objects/index.ts';
import { at, conditionsOf, list, text } from './json.ts';
import { listAll, type World } from './world.ts';

export type NodeFree = { readonly name: string; readonly free: Readonly<Record<string, Quantity>> };

export type NodesFree =
  | { readonly ok: true; readonly nodes: readonly NodeFree[] }
  | { readonly ok: false; readonly error: ApiFailure; readonly needs: Action };

const RESOURCES = ['cpu', 'memory'] as const;

/** What the scheduler would find: allocatable minus the requests of the Pods on each node that takes new ones. */
export async function nodesFree(world: World): Promise<NodesFree> {
  const [nodes, pods] = await Promise.all([listAll(world, '', 'Node'), listAll(world, '', 'Pod')]);
  for (const [found, resource] of [
    [nodes, 'nodes'],
    [pods, 'pods'],
  ] as const) {
    if (found.state === 'failed')
      return { ok: false, error: found.error, needs: { verb: 'list', group: '', resource } };
  }
  if (nodes.state !== 'listed' || pods.state !== 'listed') return { ok: true, nodes: [] };
  const requested = new Map<string, Record<string, Quantity>>();
  for (const pod of pods.items) {
    const node = text(at(pod, 'spec', 'nodeName'));
    if (node === '' || ['Succeeded', 'Failed'].includes(text(at(pod, 'status', 'phase')))) continue;
    const sum = requested.get(node) ?? {};
    const needs = podNeeds(pod.spec);
    for (const resource of RESOURCES) sum[resource] = add(sum[resource] ?? ZERO, needs.get(resource) ?? ZERO);
    requested.set(node, sum);
  }
  return {
    ok: true,
    nodes: nodes.items.filter(takesPods).map((node) => freeOn(node, requested.get(node.metadata.name ?? '') ?? {})),
  };
}

function freeOn(node: KubeObject, used: Readonly<Record<string, Quantity>>): NodeFree {
  const free = Object.fromEntries(
    RESOURCES.map((resource) => [
      resource,
      subtract(parseQuantity(at(node, 'status', 'allocatable', resource)) ?? ZERO, used[resource] ?? ZERO),
    ]),
  );
  return { name: node.metadata.name ?? '', free };
}

const takesPods = (node: KubeObject): boolean =>
  at(node, 'spec', 'unschedulable') !== true &&
  !list(at(node, 'spec', 'taints')).some((taint) => ['NoSchedule', 'NoExecute'].includes(text(at(taint, 'effect')))) &&
  conditionsOf(node).some((c) => c.type === 'Ready' && c.status === 'True');
