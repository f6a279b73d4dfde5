import type { KubeObject } from '../cluster/index.ts';
import type { ImagePolicies, Platform } from '../images/index.ts';
import { at, isRecord, text } from './json.ts';
import { listAll, type World } from './world.ts';

const POLICY_KINDS = [
  ['config.openshift.io', 'ImageDigestMirrorSet'],
  ['config.openshift.io', 'ImageTagMirrorSet'],
  ['operator.openshift.io', 'ImageContentSourcePolicy'],
  ['config.openshift.io', 'Image'],
  ['config.openshift.io', 'ClusterImagePolicy'],
] as const;

/** What OpenShift says about where images may come from; nothing on a cluster that has no such kinds. */
export async function policiesOf(world: World): Promise<{ policies: ImagePolicies; unseen: readonly string[] }> {
  const { readImagePolicies } = await import('../images/index.ts');
  const listed = await Promise.all([
    ...POLICY_KINDS.map(async ([group, kind]) => ({ kind, found: await listAll(world, group, kind) })),
    listAll(world, 'config.openshift.io', 'ImagePolicy', { namespace: world.namespace }).then((found) => ({
      kind: 'ImagePolicy',
      found,
    })),
  ]);
  return {
    policies: readImagePolicies(listed.flatMap(({ found }) => (found.state === 'listed' ? found.items : []))),
    unseen: listed.flatMap(({ kind, found }) => (found.state === 'failed' ? [`${kind} (${found.error.reason})`] : [])),
  };
}

/** The platforms of the nodes that this namespace's Pods may be placed on. */
export async function architecturesOf(
  world: World,
): Promise<{ platforms: readonly Platform[]; notes: readonly string[] }> {
  const [nodes, selector] = await Promise.all([listAll(world, '', 'Node'), nodeSelector(world)]);
  if (nodes.state !== 'listed') {
    return { platforms: [], notes: ['the nodes can not be listed, so the architecture is not judged'] };
  }
  const usable = nodes.items.filter((node) => selects(selector, node));
  const platforms = usable.map((node) => ({
    os: text(at(node, 'status', 'nodeInfo', 'operatingSystem')) || 'linux',
    architecture: text(at(node, 'status', 'nodeInfo', 'architecture')),
  }));
  const known = platforms.filter((p) => p.architecture !== '');
  return { platforms: known.filter((p, i) => known.findIndex((q) => same(p, q)) === i), notes: [] };
}

const same = (a: Platform, b: Platform) => a.os === b.os && a.architecture === b.architecture;

/** OpenShift's project annotation, or the PodNodeSelector plugin's. */
async function nodeSelector(world: World): Promise<Readonly<Record<string, string>>> {
  const read = await world.once(`namespace ${world.namespace}`, () =>
    world.reader.getIfThere({ apiVersion: 'v1', kind: 'Namespace', name: world.namespace }),
  );
  const annotations = read.ok ? (read.value?.metadata.annotations ?? {}) : {};
  const written =
    annotations['openshift.io/node-selector'] ?? annotations['scheduler.alpha.kubernetes.io/node-selector'] ?? '';
  return Object.fromEntries(
    written
      .split(',')
      .map((pair) => pair.trim())
      .filter((pair) => pair !== '')
      .map((pair) => [pair.split('=')[0] ?? '', pair.split('=')[1] ?? '']),
  );
}

export const selects = (selector: Readonly<Record<string, string>>, node: KubeObject): boolean =>
  Object.entries(selector).every(([key, value]) => node.metadata.labels?.[key] === value);

/** image.config's additionalTrustedCA: a ConfigMap of PEM by registry host, a port written as `host..port`. */
export async function trustOf(
  world: World,
): Promise<{ authorities: Record<string, string>; notes: readonly string[] }> {
  const images = await listAll(world, 'config.openshift.io', 'Image');
  const name = images.state === 'listed' ? text(at(images.items[0], 'spec', 'additionalTrustedCA', 'name')) : '';
  if (name === '') return { authorities: {}, notes: [] };
  const read = await world.reader.getIfThere({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: 'openshift-config',
    name,
  });
  if (!read.ok)
    return {
      authorities: {},
      notes: [`the cluster's own CAs for registries (ConfigMap ${name}: ${read.error.reason})`],
    };
  const data = at(read.value, 'data');
  const pairs = isRecord(data)
    ? Object.entries(data).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
    : [];
  return { authorities: Object.fromEntries(pairs.map(([host, pem]) => [host.replace('..', ':'), pem])), notes: [] };
}
