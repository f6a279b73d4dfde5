import type { KubeObject } from '../../cluster/index.ts';
import { compareQuantity, formatQuantity, parseQuantity, type Quantity, subtract } from '../../objects/index.ts';
import { fail, pass, unknown } from '../../workflow/index.ts';
import { unanswered } from '../finding.ts';
import { at, list, text } from '../json.ts';
import { nodesFree } from '../nodes.ts';
import { type ListedAs, listAll, type World } from '../world.ts';
import { notListed } from './storage.ts';
import { group, type Part, type Requirement } from './table.ts';

type Amount = { readonly resource: string; readonly wanted: Quantity; readonly written: string };

const NAMES: Readonly<Record<string, string>> = {
  cpu: 'cpu',
  cpus: 'cpu',
  core: 'cpu',
  cores: 'cpu',
  vcpu: 'cpu',
  vcpus: 'cpu',
  memory: 'memory',
  ram: 'memory',
  mem: 'memory',
  storage: 'requests.storage',
  disk: 'requests.storage',
  pod: 'pods',
  pods: 'pods',
  pvc: 'persistentvolumeclaims',
  pvcs: 'persistentvolumeclaims',
  claims: 'persistentvolumeclaims',
  services: 'services',
  secrets: 'secrets',
  configmaps: 'configmaps',
};

/** As a canonical sentence names them. */
const RESOURCES = [...new Set(Object.values(NAMES))];

/** `2 CPU and 4Gi`, `500m cpu, 1Gi memory and 10Gi storage`; undefined when a part can't be read. */
export function amounts(written: string): Amount[] | undefined {
  const parts = written.split(/,|\band\b|\+|&/i).filter((part) => part.trim() !== '');
  const read = parts.map((part): Amount | undefined => {
    const match = /^(?<size>\d+(\.\d+)?([numkMGTP]i?|Ki)?B?)\s*(of )?(?<name>[a-z.]+)?$/i.exec(part.trim());
    const size = (match?.groups?.size ?? '').replace(/B$/, '');
    const name = match?.groups?.name?.toLowerCase();
    const wanted = parseQuantity(size);
    const resource =
      name === undefined
        ? /[KMGTP]i?$/.test(size)
          ? 'memory'
          : undefined
        : (NAMES[name] ?? RESOURCES.find((one) => one === name));
    return wanted === undefined || resource === undefined
      ? undefined
      : { resource, wanted, written: `${size} ${resource}` };
  });
  const known = read.filter((one) => one !== undefined);
  return known.length > 0 && known.length === read.length ? known : undefined;
}

/** Which of a quota's names an amount counts against: a request needs room among the limits, too. */
const countedAs = (resource: string): readonly string[] =>
  resource === 'cpu' || resource === 'memory'
    ? [resource, `requests.${resource}`, `limits.${resource}`]
    : [resource, `count/${resource}`];

const ALL_PODS = new Set(['NotTerminating', 'NotBestEffort']);

function applies(quota: KubeObject): boolean {
  const scopes = list(at(quota, 'spec', 'scopes')).map(String);
  return scopes.every((scope) => ALL_PODS.has(scope)) && at(quota, 'spec', 'scopeSelector') === undefined;
}

const statusOf = (quota: KubeObject) => at(quota, 'status', 'total') ?? quota.status;

async function freeInQuota(world: World, match: RegExpExecArray): Promise<Part> {
  const written = group(match, 'amounts');
  const wanted = amounts(written);
  if (wanted === undefined) return unreadable(written);
  const { namespace } = world;
  const [own, cluster] = await Promise.all([
    listAll(world, '', 'ResourceQuota', { namespace }),
    listAll(world, 'quota.openshift.io', 'AppliedClusterResourceQuota', { namespace }),
  ]);
  if (own.state !== 'listed') return { ...notListed(own, '', `resourcequotas in ${namespace}`), facet: 'capacity' };
  const quotas = [...own.items, ...itemsOf(cluster)].filter(applies);
  const rows = quotas.flatMap((quota) => wanted.flatMap((amount) => rowsOf(quota, amount)));
  const evidence = {
    namespace,
    rows: rows.map(({ quota, name, hard, used, free }) => ({ quota, name, hard, used, free })),
  };
  const short = rows.filter((row) => compareQuantity(row.leftOver, row.amount.wanted) < 0);
  if (short.length > 0) {
    const [worst] = short;
    return {
      verdict: fail(
        'QuotaTooSmall',
        short
          .map(
            (row) =>
              `${row.quota} leaves ${row.free} of ${row.name} (hard ${row.hard}, used ${row.used}), ${row.amount.written.split(' ')[0]} is wanted`,
          )
          .join('; '),
      ),
      evidence,
      facet: 'capacity',
      ...(worst === undefined
        ? {}
        : { suggestion: `ask for a larger ${worst.name} in ${worst.quota}, or plan for less` }),
    };
  }
  if (cluster.state === 'failed') {
    return { ...notListed(cluster, 'quota.openshift.io', 'appliedclusterresourcequotas'), evidence, facet: 'capacity' };
  }
  const limited = [...new Set(rows.map((row) => row.quota))];
  const message =
    limited.length === 0
      ? `no quota in ${namespace} limits it`
      : `${limited.join(', ')} leave${limited.length === 1 ? 's' : ''} enough: ${rows.map((row) => `${row.free} ${row.name}`).join(', ')}`;
  return { verdict: pass(limited.length === 0 ? 'NoQuota' : 'QuotaFits', message), evidence, facet: 'capacity' };
}

const itemsOf = (found: ListedAs) => (found.state === 'listed' ? found.items : []);

function rowsOf(quota: KubeObject, amount: Amount) {
  const status = statusOf(quota);
  const hardOf = at(status, 'hard') ?? at(quota, 'spec', 'hard');
  return countedAs(amount.resource).flatMap((name) => {
    const hard = parseQuantity(at(hardOf, name));
    if (hard === undefined) return [];
    const used = parseQuantity(at(status, 'used', name)) ?? { nano: 0n };
    const leftOver = subtract(hard, used);
    const style = name.endsWith('cpu') ? 'decimal' : 'binary';
    return [
      {
        quota: `${quota.kind === 'ResourceQuota' ? 'ResourceQuota' : 'ClusterResourceQuota'} ${quota.metadata.name}`,
        name,
        hard: formatQuantity(hard, style),
        used: formatQuantity(used, style),
        free: formatQuantity(leftOver, style),
        leftOver,
        amount,
      },
    ];
  });
}

const unreadable = (written: string): Part => ({
  verdict: unknown('NotRecognised', `"${written}" can't be read as amounts`),
  evidence: {},
  suggestion: 'write them like "2 CPU and 4Gi"',
});

async function freeOnNode(world: World, match: RegExpExecArray): Promise<Part> {
  const written = group(match, 'amounts');
  const wanted = amounts(written);
  if (wanted === undefined) return unreadable(written);
  const free = await nodesFree(world);
  if (!free.ok) return { ...unanswered(free.error, free.needs), evidence: {}, facet: 'capacity' };
  const fits = free.nodes.filter((node) =>
    wanted.every((a) => compareQuantity(node.free[a.resource] ?? { nano: 0n }, a.wanted) >= 0),
  );
  const evidence = {
    nodes: free.nodes.slice(0, 20).map((n) => ({
      name: n.name,
      cpu: formatQuantity(n.free.cpu ?? { nano: 0n }),
      memory: formatQuantity(n.free.memory ?? { nano: 0n }, 'binary'),
    })),
  };
  const [best] = fits;
  return best === undefined
    ? {
        verdict: fail(
          'NoNodeFits',
          `none of ${free.nodes.length} usable nodes has ${written} free (allocatable minus requests)`,
        ),
        evidence,
        facet: 'capacity',
      }
    : {
        verdict: pass(
          'NodeFits',
          `${fits.length} of ${free.nodes.length} usable nodes have ${written} free, ${best.name} among them`,
        ),
        evidence,
        facet: 'capacity',
      };
}

async function nodeCount(world: World, match: RegExpExecArray): Promise<Part> {
  const wanted = Number(group(match, 'count'));
  const found = await listAll(world, '', 'Node');
  if (found.state !== 'listed') return notListed(found, '', 'nodes');
  const readyNodes = found.items.filter(
    (node) =>
      at(node, 'spec', 'unschedulable') !== true &&
      list(at(node, 'status', 'conditions')).some((c) => at(c, 'type') === 'Ready' && at(c, 'status') === 'True'),
  );
  const evidence = { ready: readyNodes.map((n) => n.metadata.name).slice(0, 20) };
  return readyNodes.length >= wanted
    ? { verdict: pass('EnoughNodes', `${readyNodes.length} nodes are Ready and take Pods`), evidence }
    : {
        verdict: fail('TooFewNodes', `${readyNodes.length} nodes are Ready and take Pods, ${wanted} are wanted`),
        evidence,
      };
}

async function nodeWithLabel(world: World, match: RegExpExecArray): Promise<Part> {
  const [key, value] = [group(match, 'key'), match.groups?.value];
  const found = await listAll(world, '', 'Node');
  if (found.state !== 'listed') return notListed(found, '', 'nodes');
  const label = value === undefined ? key : `${key}=${value}`;
  const fits = found.items.filter((node) => {
    const has = node.metadata.labels?.[key];
    return value === undefined ? has !== undefined : has === value;
  });
  if (fits.length > 0) {
    return {
      verdict: pass('Exists', `${fits.length} nodes carry ${label}, ${fits[0]?.metadata.name} among them`),
      evidence: { nodes: fits.slice(0, 10).map((n) => n.metadata.name) },
    };
  }
  const values = [...new Set(found.items.flatMap((n) => n.metadata.labels?.[key] ?? []))].slice(0, 5);
  return {
    verdict: fail(
      'NoSuchNode',
      `no node carries ${label}${values.length === 0 ? '' : `; ${key} is ${values.join(', ')}`}`,
    ),
    evidence: { values },
    ...(values[0] === undefined ? {} : { suggestion: `node with label ${key}=${values[0]}` }),
  };
}

async function architecture(world: World, match: RegExpExecArray): Promise<Part> {
  const wanted = group(match, 'arch').toLowerCase().replace('x86_64', 'amd64').replace('aarch64', 'arm64');
  const found = await listAll(world, '', 'Node');
  if (found.state !== 'listed') return notListed(found, '', 'nodes');
  const there = [...new Set(found.items.map((n) => text(at(n, 'status', 'nodeInfo', 'architecture'))))].filter(
    (a) => a !== '',
  );
  return there.includes(wanted)
    ? { verdict: pass('Exists', `nodes of ${wanted} are there`), evidence: { architectures: there } }
    : {
        verdict: fail('NoSuchNode', `no node is ${wanted}; they are ${there.join(', ') || 'none'}`),
        evidence: { architectures: there },
      };
}

export const CAPACITY: readonly Requirement[] = [
  {
    form: '2 CPU and 4Gi free in quota',
    pattern:
      /^(at least )?(?<amounts>\d.*?) (are |is )?(free|left|available) in (the )?(resource ?)?quota( of (the )?namespace)?$/i,
    asks: 'what do the quotas of the namespace leave? (hard minus used)',
    canonical: (match) => `${sayAmounts(group(match, 'amounts'))} free in quota`,
    check: freeInQuota,
  },
  {
    form: 'node with 2 CPU and 4Gi free',
    pattern: /^(an? |one )?node with (at least )?(?<amounts>\d.*?) free$/i,
    asks: 'what do the nodes have left? (allocatable minus requests)',
    canonical: (match) => `node with ${sayAmounts(group(match, 'amounts'))} free`,
    check: freeOnNode,
  },
  {
    form: 'node with label x=y',
    pattern:
      /^(an? |one )?nodes? (with|labell?ed)( the)?( label)? (?<key>[\w./-]+)( ?== ?| ?= ?)?(?<value>(?<== ?)[\w.-]*)?$/i,
    asks: 'does a node carry this label?',
    canonical: (match) =>
      `node with label ${group(match, 'key')}${match.groups?.value === undefined ? '' : `=${match.groups.value}`}`,
    check: nodeWithLabel,
  },
  {
    form: 'amd64 nodes',
    pattern: /^(?<arch>amd64|x86_64|arm64|aarch64|s390x|ppc64le)( (worker )?nodes?)?( available)?$/i,
    asks: 'which architectures do the nodes have?',
    canonical: (match) =>
      `${group(match, 'arch').toLowerCase().replace('x86_64', 'amd64').replace('aarch64', 'arm64')} nodes`,
    check: architecture,
  },
  {
    form: '3 nodes',
    pattern: /^(at least |>= ?)?(?<count>\d+)( or more)?( schedulable| ready)?( worker)? nodes?$/i,
    asks: 'how many nodes are Ready and take Pods?',
    canonical: (match) => `${group(match, 'count')} nodes`,
    check: nodeCount,
  },
];

const sayAmounts = (written: string): string =>
  amounts(written)
    ?.map((a) => a.written)
    .join(' and ') ?? written;
