import { word } from '../document.ts';
import type { Extracted } from '../extract/index.ts';
import { dig, listOf, textOf } from '../extract/yaml.ts';
import type { ClusterFacts } from '../facts.ts';
import { amount } from './quantity.ts';
import { cantSee, type Found, type Rule, services } from './rule.ts';

const nodes = (facts: ClusterFacts) =>
  facts.nodes
    .map((n) => `cpu ${n.allocatable.cpu ?? '?'}, memory ${n.allocatable.memory ?? '?'}`)
    .slice(0, 5)
    .join('; ') || 'none seen';

export const resourceRules: readonly Rule[] = [
  {
    id: 'request-too-big',
    feature: 'size of the largest Pod',
    looks_for: 'requests of a Pod, reservations of a compose service, larger than any node',
    asks: ['nodes'],
    severity: 'HIGH',
    because: 'a Pod that fits on no node stays Pending',
    adjustment: 'smaller requests, or a larger node',
    words: /\bcpu\b|memory|\bRAM\b|resources?|request/i,
    proof: { by: 'requests' },
    find: (x, facts) => {
      const asked = [...podRequests(x), ...composeRequests(x)];
      return asked.flatMap(({ resource, text, place }): Found[] => {
        const wanted = amount(text);
        if (wanted === undefined) return [];
        const most = Math.max(...facts.nodes.map((n) => amount(n.allocatable[resource] ?? '') ?? 0));
        if (facts.nodes.length === 0)
          return [
            {
              place,
              subject: resource,
              ...(cantSee(facts, 'nodes', 'how large the nodes are') ?? {
                severity: 'UNKNOWN',
                local: 'no node was seen',
                evidence: 'nodes: none',
              }),
            },
          ];
        if (wanted <= most) return [];
        return [
          {
            place,
            subject: resource,
            local: `no node has ${word(text)} of ${resource}`,
            evidence: `nodes: ${nodes(facts)}`,
          },
        ];
      });
    },
  },
  {
    id: 'capacity',
    feature: 'CPU and memory in all',
    looks_for: 'prose and tables that ask for so many CPUs and so much memory',
    asks: ['nodes'],
    severity: 'HIGH',
    because: 'with less than that, Pods stay Pending or are killed',
    adjustment: 'a larger cluster, or the document’s smaller sizing',
    words: /\bcpus?\b|cores?|memory|\bRAM\b|capacity|sizing|resources?/i,
    proof: {
      by: 'item',
      kinds: ['configuration'],
      facts: ['nodes'],
      why: 'manifests say what is asked for, not what there is',
    },
    find: (x, facts) =>
      x.statements
        .filter((s) => s.topic === 'cpu' || s.topic === 'memory')
        .flatMap((s): Found[] => {
          const resource = s.topic === 'cpu' ? 'cpu' : 'memory';
          const wanted = amount(s.topic === 'cpu' ? s.value : s.value.replace(/(?<!\s)\s*gi?b?$/i, 'Gi'));
          if (wanted === undefined) return [];
          if (facts.nodes.length === 0)
            return [
              {
                place: s.place,
                subject: resource,
                ...(cantSee(facts, 'nodes', `how much ${resource} there is`) ?? {
                  severity: 'UNKNOWN',
                  local: 'no node was seen',
                  evidence: 'nodes: none',
                }),
              },
            ];
          const total = facts.nodes.reduce((sum, n) => sum + (amount(n.allocatable[resource] ?? '') ?? 0), 0);
          const enough = total >= wanted * 0.9;
          return [
            {
              place: s.place,
              subject: resource,
              ...(enough ? { severity: 'NONE' } : {}),
              local: enough
                ? `the nodes have enough ${resource} in all (what is free is checked by cluster-reality-check)`
                : `all nodes together have less ${resource}`,
              evidence: `nodes: ${nodes(facts)}`,
            },
          ];
        }),
  },
  {
    id: 'gpu',
    feature: 'GPUs',
    looks_for: 'nvidia.com/gpu and the like in Pods, compose device reservations, runtime: nvidia, prose',
    asks: ['nodes'],
    severity: 'HIGH',
    because: 'without a node that offers it the Pod stays Pending',
    adjustment: 'resources.limits with the device plugin’s name, on a node that has it; or the CPU variant',
    words: /\bgpus?\b|nvidia|cuda/i,
    proof: { by: 'workload', facts: ['nodes'] },
    find: (x, facts) => {
      const places = [
        ...services(x).flatMap((s) => [
          ...listOf(dig(s.raw, 'deploy', 'resources', 'reservations', 'devices')).map((_, i) =>
            s.at('deploy', 'resources', 'reservations', 'devices', i),
          ),
          ...(s.raw.runtime === 'nvidia' ? [s.at('runtime')] : []),
          ...(s.raw.gpus === undefined ? [] : [s.at('gpus')]),
        ]),
        ...x.pods.flatMap((p) =>
          p.containers.flatMap((c) =>
            ['limits', 'requests'].flatMap((part) =>
              Object.keys(Object(dig(c.raw, 'resources', part)))
                .filter((k) => /gpu/.test(k))
                .map((k) => c.at('resources', part, k)),
            ),
          ),
        ),
        ...x.statements.filter((s) => s.topic === 'gpu').map((s) => s.place),
      ];
      const there = facts.nodes.some((n) => Object.entries(n.allocatable).some(([k, v]) => /gpu/.test(k) && v !== '0'));
      const judged = there
        ? { severity: 'NONE' as const, local: 'a node offers a GPU', evidence: 'nodes: gpu among allocatable' }
        : (cantSee(facts, 'nodes', 'whether a node has a GPU') ?? {
            local: 'no node offers a GPU',
            evidence: `nodes: ${facts.nodes.length} without gpu among allocatable`,
          });
      return places.map((place) => ({ place, ...judged }));
    },
  },
  {
    id: 'compose-limits',
    feature: 'limits of compose services',
    looks_for: 'mem_limit, cpus and deploy.resources in compose',
    asks: [],
    severity: 'LOW',
    because: 'requests decide where a Pod goes, limits when it is throttled or killed; they are written elsewhere',
    adjustment: 'resources.requests and limits with the same values',
    words: /limits?|resources?/i,
    proof: { by: 'requests' },
    find: (x) =>
      services(x).flatMap((s) =>
        [
          ...['mem_limit', 'cpus', 'mem_reservation', 'cpu_shares']
            .filter((k) => s.raw[k] !== undefined)
            .map((k) => s.at(k)),
          ...(dig(s.raw, 'deploy', 'resources', 'limits') === undefined ? [] : [s.at('deploy', 'resources', 'limits')]),
        ].map((place) => ({
          place,
          local: 'limits stand in the container’s resources',
          evidence: 'Kubernetes has no compose limits',
        })),
      ),
  },
  {
    id: 'no-requests',
    feature: 'resource requests',
    looks_for: 'containers of manifests without requests',
    asks: [],
    severity: 'LOW',
    because: 'where a quota asks for requests such a Pod isn’t admitted; elsewhere it is the first to be evicted',
    adjustment: 'resources.requests for cpu and memory, limits for memory',
    words: /requests?|quota|resources?/i,
    proof: { by: 'workload' },
    find: (x) =>
      x.pods.flatMap((p) =>
        p.containers
          .filter(
            (c) =>
              !c.init &&
              dig(c.raw, 'resources', 'requests') === undefined &&
              dig(c.raw, 'resources', 'limits') === undefined,
          )
          .map((c) => ({
            place: c.at('name'),
            local: 'a quota on requests would refuse it; quotas are checked by cluster-reality-check',
            evidence: 'no resources.requests',
          })),
      ),
  },
  {
    id: 'compose-scale',
    feature: 'replicas of compose services',
    looks_for: 'scale, deploy.replicas, deploy.mode global',
    asks: [],
    severity: 'LOW',
    because: 'replicas and one-per-node are other kinds of workload',
    adjustment: 'spec.replicas of the Deployment; a DaemonSet for mode: global',
    words: /replica|scale/i,
    proof: { by: 'workload' },
    find: (x) =>
      services(x).flatMap((s) =>
        [
          ...(s.raw.scale === undefined ? [] : [s.at('scale')]),
          ...(dig(s.raw, 'deploy', 'replicas') === undefined && dig(s.raw, 'deploy', 'mode') !== 'global'
            ? []
            : [s.at('deploy')]),
        ].map((place) => ({ place, local: 'a workload says how many', evidence: 'spec.replicas' })),
      ),
  },
  {
    id: 'fixed-namespace',
    feature: 'namespace of the document',
    looks_for: 'Namespace manifests, metadata.namespace, --namespace and -n with a name',
    asks: [],
    severity: 'LOW',
    because: 'applied as they are, the objects land in another namespace than the target’s, or are refused',
    adjustment: 'leave metadata.namespace out; the target’s namespace is used',
    words: /namespace|project/i,
    proof: { by: 'objects' },
    find: (x) =>
      [
        ...x.manifests
          .filter((m) => m.kind === 'Namespace' || m.kind === 'Project')
          .map((m) => m.at('metadata', 'name')),
        ...x.manifests
          .filter((m) => textOf(dig(m.object, 'metadata', 'namespace')) !== undefined)
          .map((m) => m.at('metadata', 'namespace')),
        ...x.commands
          .filter(
            (c) =>
              /\s(--create-namespace|(-n|--namespace)[= ]\S+)/.test(c.text) && /^(kubectl|oc|helm)$/.test(c.program),
          )
          .map((c) => c.place),
      ].map((place) => ({
        place,
        local: 'the deployment has its own namespace',
        evidence: 'a namespace of the document’s',
      })),
  },
];

type Request = { resource: 'cpu' | 'memory'; text: string; place: Found['place'] };

/** A Pod needs the sum of its containers. */
function podRequests(x: Extracted): Request[] {
  return x.pods.flatMap((p) =>
    (['cpu', 'memory'] as const).flatMap((resource) => {
      const parts = p.containers
        .filter((c) => !c.init)
        .flatMap(
          (c) =>
            textOf(dig(c.raw, 'resources', 'requests', resource) ?? dig(c.raw, 'resources', 'limits', resource)) ?? [],
        );
      const total = parts.reduce((sum, text) => sum + (amount(text) ?? 0), 0);
      const holder =
        p.containers.find((c) => dig(c.raw, 'resources', 'requests', resource) !== undefined) ?? p.containers[0];
      return parts.length === 0 || holder === undefined
        ? []
        : [
            {
              resource,
              text: parts.length === 1 ? (parts[0] ?? '') : String(total),
              place: holder.at('resources', 'requests', resource),
            },
          ];
    }),
  );
}

function composeRequests(x: Extracted): Request[] {
  return services(x).flatMap((s) => {
    const at = (...path: string[]) => s.at('deploy', 'resources', 'reservations', ...path);
    const reserved = dig(s.raw, 'deploy', 'resources', 'reservations');
    const cpu = textOf(dig(reserved, 'cpus'));
    const memory = textOf(dig(reserved, 'memory') ?? s.raw.mem_reservation);
    return [
      ...(cpu === undefined ? [] : [{ resource: 'cpu' as const, text: cpu, place: at('cpus') }]),
      ...(memory === undefined
        ? []
        : [
            {
              resource: 'memory' as const,
              text: memory.replace(
                /([kmg])b?$/i,
                (_, unit: string) => `${unit.toUpperCase() === 'K' ? 'K' : unit.toUpperCase()}i`,
              ),
              place: at('memory'),
            },
          ]),
    ];
  });
}
