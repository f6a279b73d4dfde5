import type { ComposeService } from '../extract/compose.ts';
import { dig, listOf } from '../extract/yaml.ts';
import { entry, notHttp, wayIn } from './published.ts';
import { admission, type Found, isOpenShift, type Rule, services } from './rule.ts';

export const portRules: readonly Rule[] = [
  {
    id: 'host-network',
    feature: 'host network',
    looks_for: 'network_mode: host, hostNetwork: true, docker run --network host',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because: 'admission refuses it; a Pod on its own network is reached by a Service instead',
    adjustment: 'leave it out; a Service gives the port a name, a Route, Ingress or LoadBalancer brings traffic in',
    words: /host.?network|network_mode/i,
    proof: { by: 'workload' },
    find: (x, facts) =>
      [
        ...services(x)
          .filter((s) => s.raw.network_mode === 'host')
          .map((s) => s.at('network_mode')),
        ...x.pods.filter((p) => p.spec.hostNetwork === true).map((p) => p.at('hostNetwork')),
        ...x.settings.filter((s) => s.key === 'hostNetwork' && s.value === true).map((s) => s.place),
        ...x.commands.filter((c) => /^(docker|podman) run\b.*--net(work)?[= ]host/.test(c.text)).map((c) => c.place),
      ].map((place) => ({ place, ...admission(facts, 'baseline', 'MEDIUM') })),
  },
  {
    id: 'host-port',
    feature: 'ports on the host',
    looks_for: 'hostPort in Pods',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because: 'admission refuses it, and only one such Pod fits on a node',
    adjustment: 'containerPort with a Service',
    words: /host.?port/i,
    proof: { by: 'workload' },
    find: (x, facts) =>
      x.pods.flatMap((p) =>
        p.containers.flatMap((c) =>
          listOf(c.raw.ports).flatMap((port, i) =>
            dig(port, 'hostPort') === undefined || dig(port, 'hostPort') === 0
              ? []
              : [{ place: c.at('ports', i, 'hostPort'), ...admission(facts, 'baseline', 'MEDIUM') }],
          ),
        ),
      ),
  },
  {
    id: 'privileged-port',
    feature: 'ports below 1024 in containers',
    looks_for: 'containers that listen below 1024 (compose ports and expose, containerPort)',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because: 'a process that isn’t root can’t bind a port below 1024, and exits',
    adjustment: 'let the container listen on 8080 or 8443; the Service’s port may stay 80 or 443 (targetPort 8080)',
    words: /port (below|<|under) ?1024|privileged port|\bports?\b/i,
    proof: { by: 'high-port' },
    find: (x, facts) => {
      const judged = admission(facts, 'restricted', 'NONE');
      return [
        ...services(x).flatMap((s) =>
          [...s.ports, ...exposed(s)]
            .filter((p) => p.target < 1024)
            .map(
              (p): Found => ({
                place: p.place,
                ...judged,
                adjustment: `${p.target} → ${8000 + p.target}, behind a Service on ${p.target}`,
                about: { port: p.target },
              }),
            ),
        ),
        ...x.pods.flatMap((pod) =>
          pod.containers.flatMap((c) =>
            listOf(c.raw.ports).flatMap((p, i): Found[] => {
              const port = dig(p, 'containerPort');
              return typeof port === 'number' && port < 1024
                ? [
                    {
                      place: c.at('ports', i, 'containerPort'),
                      ...judged,
                      adjustment: `containerPort ${port} → ${8000 + port}, targetPort likewise`,
                    },
                  ]
                : [];
            }),
          ),
        ),
      ];
    },
  },
  {
    id: 'published-ports',
    feature: 'published ports',
    looks_for: 'compose ports',
    asks: ['openshift', 'ingressClasses'],
    severity: 'MEDIUM',
    because: 'nothing is published on a host’s address: other Pods need a Service, people a Route or Ingress',
    adjustment: 'a Service for each port that others use; for people a Route or an Ingress',
    words: /\bports?\b|expos|publish|\bservices?\b/i,
    proof: { by: 'service' },
    find: (x, facts) =>
      services(x).flatMap((s) =>
        s.ports
          .filter((p) => p.published !== undefined)
          .map((p) => ({
            place: p.place,
            local:
              notHttp(p, s) === undefined
                ? `Pods are reached through Services, from outside through ${entry(facts)}`
                : 'Pods are reached through Services',
            evidence:
              isOpenShift(facts) === true
                ? `OpenShift ${facts.openshift?.version}`
                : `ingressClasses: ${facts.ingressClasses.join(', ') || 'none'}`,
            adjustment:
              notHttp(p, s) === undefined
                ? `port ${p.target}: a Service, and ${entry(facts)} if people use it`
                : `port ${p.target}${p.protocol === 'udp' ? '/UDP' : ''}: a Service${p.protocol === 'udp' ? ' with protocol: UDP' : ''}; from outside ${wayIn(facts)}`,
            about: { port: p.target },
          })),
      ),
  },
  {
    id: 'not-http-port',
    feature: 'published ports that carry no HTTP',
    looks_for: 'published UDP ports, and TCP ports of databases, brokers, mail, SSH, VPNs',
    asks: ['openshift', 'ingressClasses', 'loadBalancer'],
    severity: 'MEDIUM',
    because:
      'Routes and Ingresses carry HTTP and TLS only: from outside the cluster nothing reaches such a port through them',
    adjustment: 'a Service inside the cluster; from outside one of type LoadBalancer or NodePort',
    words: /\bUDP\b|\bTCP\b|not HTTP/i,
    proof: { by: 'service' },
    find: (x, facts) =>
      services(x).flatMap((s) =>
        s.ports.flatMap((p): Found[] => {
          const what = p.published === undefined ? undefined : notHttp(p, s);
          return what === undefined
            ? []
            : [
                {
                  place: p.place,
                  local: `${what} doesn’t pass through ${entry(facts)}`,
                  evidence: `loadBalancer: ${facts.loadBalancer}`,
                  adjustment: `port ${p.target} (${what}): inside a Service${p.protocol === 'udp' ? ' with protocol: UDP' : ''}; from outside ${wayIn(facts)}`,
                  about: { port: p.target },
                },
              ];
        }),
      ),
  },
];

/** What a service listens on without publishing it. */
const exposed = (s: ComposeService) =>
  listOf(s.raw.expose).flatMap((port, i) => {
    const target = Number(String(port).split(/[/-]/)[0]);
    return Number.isInteger(target) && target > 0 ? [{ target, place: s.at('expose', i) }] : [];
  });
