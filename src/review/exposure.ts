import { at, isRecord, type KubeObject, recordsAt, textAt, textsAt } from '../objects/index.ts';
import { type Danger, type Fact, fact } from './fact.ts';

/** Who can reach what: Services, the kinds that serve hosts, and network policies. */

export function serviceFacts(object: KubeObject): Fact[] {
  const type = textAt(object, 'spec', 'type') || 'ClusterIP';
  const ports = recordsAt(object, 'spec', 'ports').map((p) => {
    const node = typeof p.nodePort === 'number' && type !== 'ClusterIP' ? ` on node port ${p.nodePort}` : '';
    return `${String(p.port)}→${String(p.targetPort ?? p.port)}${node}`;
  });
  const outside = textsAt(object, 'spec', 'externalIPs');
  const ranges = textsAt(object, 'spec', 'loadBalancerSourceRanges');
  const selector = at(object, 'spec', 'selector');
  const selects = isRecord(selector) ? Object.entries(selector).map(([key, value]) => `${key}=${String(value)}`) : [];
  const danger: Danger = type === 'ClusterIP' ? 0 : 2;
  return [
    type === 'ExternalName'
      ? fact(2, `is another name of ${textAt(object, 'spec', 'externalName')}`)
      : fact(danger, `${type}${danger === 0 ? '' : ': reachable from outside the cluster'} ${ports.join(', ')}`.trim()),
    ...(outside.length === 0 ? [] : [fact(3, `takes traffic of external addresses ${outside.join(', ')}`)]),
    ...(ranges.some((r) => r === '0.0.0.0/0' || r === '::/0') ? [fact(2, 'from every address')] : []),
    ...(selects.length === 0
      ? type === 'ExternalName'
        ? []
        : [fact(1, 'selects no Pods')]
      : [fact(0, `selects ${selects.join(', ')}`)]),
    ...(at(object, 'spec', 'publishNotReadyAddresses') === true
      ? [fact(1, 'sends traffic to Pods that are not ready')]
      : []),
  ];
}

const HOSTS = new Set(['host', 'hosts', 'hostname', 'hostnames', 'dnsNames', 'domain', 'domains']);
const SERVES =
  /^(Ingress|Route|HTTPRoute|TLSRoute|GRPCRoute|TCPRoute|Gateway|VirtualService|IngressRoute|DomainMapping|HTTPProxy|DNSEndpoint|Mapping)$/;

/** Every host that an object of a serving kind names, wherever in its spec. */
export function hostFacts(object: KubeObject): Fact[] {
  if (!SERVES.test(object.kind)) return [];
  const hosts = new Set<string>();
  const visit = (value: unknown, depth: number): void => {
    if (depth > 40) return;
    if (Array.isArray(value)) for (const item of value) visit(item, depth + 1);
    if (!isRecord(value)) return;
    for (const [key, member] of Object.entries(value)) {
      if (HOSTS.has(key))
        for (const host of Array.isArray(member) ? member : [member])
          if (typeof host === 'string' && host !== '') hosts.add(host);
      visit(member, depth + 1);
    }
  };
  visit(object.spec, 0);
  const tls = object.kind === 'Gateway' || at(object, 'spec', 'tls') !== undefined;
  const every =
    [...hosts].some((h) => h === '*') ||
    (hosts.size === 0 && ['Ingress', 'HTTPRoute', 'VirtualService'].includes(object.kind));
  const backends = [...new Set(backendsOf(object.spec))];
  return [
    every
      ? fact(3, 'serves every host')
      : fact(2, hosts.size === 0 ? 'serves a host that the cluster chooses' : `serves ${[...hosts].join(', ')}`),
    ...(backends.length === 0 ? [] : [fact(0, `to ${backends.join(', ')}`)]),
    ...(tls || !['Ingress', 'Route'].includes(object.kind) ? [] : [fact(1, 'without TLS')]),
  ];
}

function backendsOf(value: unknown, depth = 0): string[] {
  if (depth > 40) return [];
  if (Array.isArray(value)) return value.flatMap((item) => backendsOf(item, depth + 1));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    if (/^(service|to|backendRefs|destination)$/.test(key)) {
      const all = Array.isArray(member) ? member : [member];
      const names = all.flatMap((one) => {
        const name = textAt(one, 'name') || textAt(one, 'host');
        const elsewhere = textAt(one, 'namespace');
        return name === '' ? [] : [elsewhere === '' ? name : `${elsewhere}/${name}`];
      });
      if (names.length > 0) return names;
    }
    return backendsOf(member, depth + 1);
  });
}

export function networkPolicyFacts(object: KubeObject): Fact[] {
  const chosen = at(object, 'spec', 'podSelector', 'matchLabels');
  const labels = isRecord(chosen) ? Object.entries(chosen).map(([k, v]) => `${k}=${String(v)}`) : [];
  const some = labels.length > 0 || recordsAt(object, 'spec', 'podSelector', 'matchExpressions').length > 0;
  const types = textsAt(object, 'spec', 'policyTypes');
  const sides = (['ingress', 'egress'] as const).flatMap((side): Fact[] => {
    const listed = Array.isArray(at(object, 'spec', side));
    const rules = recordsAt(object, 'spec', side);
    const type = side === 'ingress' ? 'Ingress' : 'Egress';
    if (!listed && !types.includes(type)) return [];
    if (rules.length === 0) return [fact(2, side === 'ingress' ? 'lets nothing in' : 'lets nothing out')];
    const peers = side === 'ingress' ? 'from' : 'to';
    const open = rules.some((rule) => recordsAt(rule, peers).length === 0 || recordsAt(rule, peers).some(isEverything));
    return [
      open
        ? fact(2, side === 'ingress' ? 'lets in everything' : 'lets out to everything')
        : fact(1, `${rules.length} rules of ${side}${addresses(rules, peers)}`),
    ];
  });
  return [fact(some ? 0 : 1, some ? `for Pods ${labels.join(', ')}` : 'for every Pod of the namespace'), ...sides];
}

const addresses = (rules: readonly Readonly<Record<string, unknown>>[], peers: 'from' | 'to'): string => {
  const blocks = rules.flatMap((rule) =>
    recordsAt(rule, peers).flatMap((peer) => textAt(peer, 'ipBlock', 'cidr') || []),
  );
  return blocks.length === 0 ? '' : ` (${blocks.join(', ')})`;
};

const isEverything = (peer: Readonly<Record<string, unknown>>): boolean => {
  const cidr = textAt(peer, 'ipBlock', 'cidr');
  // Two halves are everything, too; no network of one's own is as wide as a /4.
  if (/\/[0-4]$/.test(cidr)) return true;
  const selector = peer.namespaceSelector;
  return isRecord(selector) && Object.keys(selector).length === 0 && peer.podSelector === undefined;
};
