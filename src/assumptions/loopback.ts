import { networkInterfaces } from 'node:os';
import { at, list, text } from './json.ts';
import { listAll, type World } from './world.ts';

/** `localhost:5000`, `127.0.0.1`, `[::1]:5000`: on every machine another one. */
export const isLoopback = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);

export const apiServerOf = (world: World): string => URL.parse(world.reader.server)?.host ?? '';

/**
 * Whether this machine's loopback is the nodes', too: the API server is reached on it, as with clusters that run in
 * containers here, or each node has an address of this machine. Nodes that can't be listed are taken for elsewhere.
 */
export async function nodesAreHere(world: World): Promise<boolean> {
  if (isLoopback(apiServerOf(world))) return true;
  const nodes = await listAll(world, '', 'Node');
  if (nodes.state !== 'listed' || nodes.items.length === 0) return false;
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((all) =>
      (all ?? []).flatMap((one) => (one.internal ? [] : one.address)),
    ),
  );
  return nodes.items.every((node) =>
    list(at(node, 'status', 'addresses')).some((address) => own.has(text(at(address, 'address')))),
  );
}
