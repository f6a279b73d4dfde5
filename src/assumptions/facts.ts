import type { KubeObject, Result } from '../cluster/index.ts';
import type { ClusterFacts, NodeFact, StorageClassFact } from '../documents/facts.ts';
import type { ConfigAnswer } from '../images/index.ts';
import { isDefaultClass } from '../objects/index.ts';
import type { Verdict } from '../workflow/index.ts';
import { accessModesOf } from './access-modes.ts';
import { matching } from './api-miss.ts';
import { parseApi, writeApi } from './api-name.ts';
import { balanced } from './balanced.ts';
import { at, isRecord, list, text } from './json.ts';
import { lifecycleOf } from './lifecycle.ts';
import { apiVersionOf, discoveryOf, type ListedAs, listAll, type World } from './world.ts';

/** References as a document writes them → what their registries answered. */
export type ImageFacts = {
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly configs: ReadonlyMap<string, ConfigAnswer>;
};
const NO_IMAGES: ImageFacts = { verdicts: new Map(), configs: new Map() };

/** What a document is compared with, seen now. What can't be seen is named in `unknown`, never left out. */
export async function gatherFacts(world: World, images: ImageFacts = NO_IMAGES): Promise<ClusterFacts> {
  const [version, discovery, openshift, storage, ingress, nodes, namespace, balancer, volumes, profiles] =
    await Promise.all([
      world.once('version', () => world.reader.version()),
      discoveryOf(world),
      listAll(world, 'config.openshift.io', 'ClusterVersion'),
      listAll(world, 'storage.k8s.io', 'StorageClass'),
      listAll(world, 'networking.k8s.io', 'IngressClass'),
      listAll(world, '', 'Node'),
      world.once(`namespace ${world.namespace}`, () =>
        world.reader.getIfThere({ apiVersion: 'v1', kind: 'Namespace', name: world.namespace }),
      ),
      loadBalancer(world),
      listAll(world, '', 'PersistentVolume'),
      listAll(world, 'cdi.kubevirt.io', 'StorageProfile'),
    ]);
  const unknown = [
    ...failedResult('kubernetes', version),
    ...failedResult('apis', discovery),
    ...failedList('openshift', openshift),
    ...failedList('storageClasses', storage),
    ...failedList('ingressClasses', ingress),
    ...failedList('nodes', nodes),
    ...failedResult('podSecurity', namespace),
    ...(namespace.ok && namespace.value === undefined ? [`podSecurity: there is no namespace ${world.namespace}`] : []),
  ];
  const ocp = openshift.state === 'listed' ? openshiftVersion(openshift.items[0]) : undefined;
  const level = namespace.ok ? podSecurity(namespace.value) : undefined;
  return {
    ...(version.ok ? { kubernetes: { version: version.value.gitVersion } } : {}),
    ...(ocp === undefined ? {} : { openshift: { version: ocp } }),
    storageClasses: itemsOf(storage).map((one) => storageClass(one, itemsOf(volumes), itemsOf(profiles))),
    ingressClasses: itemsOf(ingress).map((one) => one.metadata.name ?? ''),
    apis(gvk) {
      if (!discovery.ok) return 'unknown';
      const wanted = parseApi(gvk);
      if (wanted?.group === undefined) return 'unknown';
      const { group, version: asked, kind } = wanted;
      if (discovery.value.find({ group, kind, ...(asked === undefined ? {} : { version: asked }) }) !== undefined)
        return 'served';
      return asked !== undefined && discovery.value.stale.includes(group === '' ? asked : `${group}/${asked}`)
        ? 'unknown'
        : 'missing';
    },
    instead(gvk) {
      if (!discovery.ok) return undefined;
      const wanted = parseApi(gvk);
      if (wanted === undefined) return undefined;
      const told = lifecycleOf(writeApi({ ...wanted, field: undefined }))?.replacement;
      const replacement = told === undefined ? undefined : parseApi(told);
      if (replacement?.group !== undefined) {
        const { group, version: v, kind } = replacement;
        if (discovery.value.find({ group, kind, ...(v === undefined ? {} : { version: v }) }) !== undefined)
          return told;
      }
      const same = discovery.value.find({ group: wanted.group ?? '', kind: wanted.kind });
      const other = same ?? matching(discovery.value, wanted.kind)[0];
      return other === undefined ? undefined : `${apiVersionOf(other)}/${other.kind}`;
    },
    loadBalancer: balancer,
    nodes: itemsOf(nodes).map(nodeFact),
    ...(level === undefined ? {} : { podSecurity: level }),
    images: (reference) => images.verdicts.get(reference),
    imageConfig: (reference) => images.configs.get(reference),
    unknown,
  };
}

const itemsOf = (found: ListedAs): readonly KubeObject[] => (found.state === 'listed' ? found.items : []);

const failedResult = (name: string, result: Result<unknown>) =>
  result.ok ? [] : [`${name}: ${result.error.reason}: ${result.error.message}`];
const failedList = (name: string, found: ListedAs) =>
  found.state === 'failed' ? [`${name}: this identity may not list ${found.resource} (${found.error.reason})`] : [];

function openshiftVersion(cluster: KubeObject | undefined): string | undefined {
  const done = list(at(cluster, 'status', 'history')).find((entry) => at(entry, 'state') === 'Completed');
  const version = text(at(done, 'version')) || text(at(cluster, 'status', 'desired', 'version'));
  return version === '' ? undefined : version;
}

function storageClass(
  object: KubeObject,
  volumes: readonly KubeObject[],
  profiles: readonly KubeObject[],
): StorageClassFact {
  const name = object.metadata.name ?? '';
  const provisioner = text(object.provisioner);
  const accessModes = accessModesOf(name, provisioner, volumes, profiles);
  return { name, default: isDefaultClass(object), provisioner, ...(accessModes === undefined ? {} : { accessModes }) };
}

function nodeFact(node: KubeObject): NodeFact {
  const allocatable = at(node, 'status', 'allocatable');
  return {
    architecture: text(at(node, 'status', 'nodeInfo', 'architecture')),
    allocatable: isRecord(allocatable)
      ? Object.fromEntries(Object.entries(allocatable).map(([name, value]) => [name, String(value)]))
      : {},
  };
}

function podSecurity(namespace: KubeObject | undefined): ClusterFacts['podSecurity'] {
  const level = namespace?.metadata.labels?.['pod-security.kubernetes.io/enforce'];
  return level === 'privileged' || level === 'baseline' || level === 'restricted' ? level : undefined;
}

async function loadBalancer(world: World): Promise<ClusterFacts['loadBalancer']> {
  const services = await listAll(world, '', 'Service');
  if (services.state !== 'listed') return 'unknown';
  const { given, waiting } = balanced(services.items);
  return given !== undefined ? 'yes' : waiting !== undefined ? 'no' : 'unknown';
}
