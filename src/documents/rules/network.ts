import { word } from '../document.ts';
import type { Extracted } from '../extract/index.ts';
import { dig, isJson, listOf, textOf } from '../extract/yaml.ts';
import type { ClusterFacts } from '../facts.ts';
import { admission, cantSee, type Found, isOpenShift, type Rule, services } from './rule.ts';

const entry = (facts: ClusterFacts) => (isOpenShift(facts) === true ? 'a Route' : 'an Ingress');
const kubernetesServices = (x: Extracted) => x.manifests.filter((m) => m.kind === 'Service');
const CLOUD =
  /^(service\.beta\.kubernetes\.io\/(aws|azure|oci|do)-|cloud\.google\.com\/|networking\.gke\.io\/|alb\.ingress\.kubernetes\.io\/|service\.kubernetes\.io\/(ibm|qcloud))/;

export const networkRules: readonly Rule[] = [
  {
    id: 'host-network',
    feature: 'host network',
    looks_for: 'network_mode: host, hostNetwork: true, docker run --network host',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because: 'admission refuses it; a Pod on its own network is reached by a Service instead',
    adjustment: 'leave it out; a Service gives the port a name, a Route, Ingress or LoadBalancer brings traffic in',
    words: /host.?network|network_mode/i,
    proof: { needs: ['workload'] },
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
    proof: { needs: ['workload', 'service'] },
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
    looks_for: 'containers that listen below 1024 (compose ports, containerPort)',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because: 'a process that isn’t root can’t bind a port below 1024, and exits',
    adjustment: 'let the container listen on 8080 or 8443; the Service’s port may stay 80 or 443 (targetPort 8080)',
    words: /port (below|<|under) ?1024|privileged port|\bports?\b/i,
    proof: { needs: ['workload'] },
    find: (x, facts) => {
      const judged = admission(facts, 'restricted', 'NONE');
      return [
        ...services(x).flatMap((s) =>
          s.ports
            .filter((p) => p.target < 1024)
            .map(
              (p): Found => ({
                place: p.place,
                ...judged,
                adjustment: `${p.target} → ${8000 + p.target}, behind a Service on ${p.target}`,
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
    proof: { needs: ['entry'] },
    find: (x, facts) =>
      services(x).flatMap((s) =>
        s.ports
          .filter((p) => p.published !== undefined)
          .map((p) => ({
            place: p.place,
            local: `Pods are reached through Services, from outside through ${entry(facts)}`,
            evidence:
              isOpenShift(facts) === true
                ? `OpenShift ${facts.openshift?.version}`
                : `ingressClasses: ${facts.ingressClasses.join(', ') || 'none'}`,
            adjustment: `port ${p.target}: a Service, and ${entry(facts)} if people use it`,
          })),
      ),
  },
  {
    id: 'load-balancer',
    feature: 'LoadBalancer services',
    looks_for: 'Services of type LoadBalancer in manifests, values, --set or prose',
    asks: ['loadBalancer'],
    severity: 'HIGH',
    because: 'without a load balancer the Service stays <pending>: nothing reaches it, and helm --wait never ends',
    adjustment:
      'type ClusterIP with a Route or an Ingress (for TCP that is not HTTP: NodePort, or MetalLB by the cluster’s operator)',
    words: /load.?balanc/i,
    proof: { needs: ['service'] },
    find: (x, facts) => {
      const judged = {
        yes: { severity: 'NONE' as const, local: 'LoadBalancer Services get an address here' },
        no: { local: 'nothing here gives a LoadBalancer Service an address' },
        unknown: {
          severity: 'UNKNOWN' as const,
          local: 'whether a LoadBalancer Service gets an address here could not be seen',
        },
      }[facts.loadBalancer];
      const at = (place: Found['place'], mild = false): Found => ({
        place,
        ...judged,
        ...(mild && facts.loadBalancer === 'no' ? { severity: 'MEDIUM' as const } : {}),
        evidence: `loadBalancer: ${facts.loadBalancer}`,
        adjustment: `type: ClusterIP, and ${entry(facts)}`,
      });
      return [
        ...kubernetesServices(x)
          .filter((m) => dig(m.object, 'spec', 'type') === 'LoadBalancer')
          .map((m) => at(m.at('spec', 'type'))),
        ...x.settings.filter((s) => s.value === 'LoadBalancer').map((s) => at(s.place)),
        ...x.commands.filter((c) => /--type[= ]LoadBalancer/.test(c.text)).map((c) => at(c.place)),
        ...x.statements.filter((s) => s.topic === 'load-balancer').map((s) => at(s.place, true)),
      ];
    },
  },
  {
    id: 'node-port',
    feature: 'NodePort services',
    looks_for: 'Services of type NodePort in manifests, values or --set',
    asks: [],
    severity: 'MEDIUM',
    because: 'nodes’ addresses are seldom reachable from where people are, and the port is another one each time',
    adjustment: 'type ClusterIP with a Route or an Ingress',
    words: /node.?port/i,
    proof: { needs: ['service'] },
    find: (x) =>
      [
        ...kubernetesServices(x)
          .filter((m) => dig(m.object, 'spec', 'type') === 'NodePort')
          .map((m) => m.at('spec', 'type')),
        ...x.settings.filter((s) => s.value === 'NodePort').map((s) => s.place),
      ].map((place) => ({
        place,
        local: 'whether nodes’ ports can be reached is up to the network around the cluster',
        evidence: 'a NodePort is open on every node',
      })),
  },
  {
    id: 'ingress-class-missing',
    feature: 'ingress class',
    looks_for: 'ingressClassName, the kubernetes.io/ingress.class annotation, className in values',
    asks: ['ingressClasses'],
    severity: 'HIGH',
    because: 'no controller serves an Ingress of a class that isn’t there: nothing is reachable',
    adjustment: 'name a class of this cluster, or on OpenShift use a Route',
    words: /ingress/i,
    proof: { needs: ['entry'] },
    find: (x, facts) => {
      const named = [
        ...x.manifests
          .filter((m) => m.kind === 'Ingress')
          .flatMap((m) => [
            { name: textOf(dig(m.object, 'spec', 'ingressClassName')), place: m.at('spec', 'ingressClassName') },
            {
              name: textOf(dig(m.object, 'metadata', 'annotations', 'kubernetes.io/ingress.class')),
              place: m.at('metadata', 'annotations', 'kubernetes.io/ingress.class'),
            },
          ]),
        ...x.settings
          .filter(
            (s) =>
              (/^ingress-?class(-?name)?$/i.test(s.key) ||
                (s.key === 'className' && /ingress/i.test(s.path.join('.')))) &&
              typeof s.value === 'string',
          )
          .map((s) => ({ name: textOf(s.value), place: s.place })),
      ];
      return named.flatMap(({ name, place }): Found[] => {
        if (name === undefined || name === '') return [];
        const evidence = `ingressClasses: ${facts.ingressClasses.join(', ') || 'none'}`;
        if (facts.ingressClasses.includes(name))
          return [{ place, subject: name, severity: 'NONE', local: `IngressClass ${word(name)} is there`, evidence }];
        const hidden = cantSee(facts, 'ingressClasses', `whether IngressClass ${word(name)} exists`);
        return [
          {
            place,
            subject: name,
            ...(hidden ?? { local: `there is no IngressClass ${word(name)}`, evidence }),
            adjustment:
              isOpenShift(facts) === true
                ? `a Route, or ingressClassName: ${facts.ingressClasses[0] ?? 'openshift-default'}`
                : `${word(name)} → ${facts.ingressClasses[0] ?? 'a class the cluster’s operator adds'}`,
          },
        ];
      });
    },
  },
  {
    id: 'ingress-without-controller',
    feature: 'ingress controller',
    looks_for: 'Ingress objects without a class, in a cluster without any IngressClass',
    asks: ['ingressClasses'],
    severity: 'HIGH',
    because: 'without a controller an Ingress is stored and nothing happens',
    adjustment: 'a Route on OpenShift, a Gateway where there is one, or have an ingress controller installed',
    words: /ingress/i,
    proof: { needs: ['entry'] },
    find: (x, facts) =>
      x.manifests
        .filter(
          (m) =>
            m.kind === 'Ingress' &&
            dig(m.object, 'spec', 'ingressClassName') === undefined &&
            dig(m.object, 'metadata', 'annotations', 'kubernetes.io/ingress.class') === undefined,
        )
        .flatMap((m): Found[] => {
          const place = m.at('kind');
          const evidence = `ingressClasses: ${facts.ingressClasses.join(', ') || 'none'}`;
          if (facts.ingressClasses.length > 0)
            return [
              {
                place,
                severity: 'LOW',
                local: 'an Ingress without a class is served only if one of them is the default',
                evidence,
                adjustment: `ingressClassName: ${facts.ingressClasses[0]}`,
              },
            ];
          return [
            {
              place,
              ...(cantSee(facts, 'ingressClasses', 'whether there is an IngressClass') ?? {
                local: 'there is no IngressClass',
                evidence,
              }),
            },
          ];
        }),
  },
  {
    id: 'ingress-annotations',
    feature: 'ingress annotations of one controller',
    looks_for: 'nginx.ingress.kubernetes.io, alb.ingress.kubernetes.io, traefik annotations',
    asks: ['ingressClasses', 'openshift'],
    severity: 'MEDIUM',
    because: 'another controller ignores them: body sizes, time-outs, rewrites and affinity are then its defaults',
    adjustment:
      'the annotations of this cluster’s controller (on OpenShift haproxy.router.openshift.io/timeout and the like)',
    words: /annotation|ingress/i,
    proof: { needs: ['entry'] },
    find: (x, facts) =>
      x.manifests
        .filter((m) => m.kind === 'Ingress')
        .flatMap((m) => {
          const annotations = dig(m.object, 'metadata', 'annotations');
          return Object.keys(isJson(annotations) ? annotations : {}).flatMap((key): Found[] => {
            const controller = /^(nginx|alb|traefik|haproxy)\.?/.exec(key)?.[1];
            if (
              controller === undefined ||
              !key.includes('/') ||
              facts.ingressClasses.some((c) => c.includes(controller))
            )
              return [];
            return [
              {
                place: m.at('metadata', 'annotations', key),
                ...(cantSee(facts, 'ingressClasses', 'which ingress controller is here') ?? {
                  local: `no class here is ${controller}’s`,
                  evidence: `ingressClasses: ${facts.ingressClasses.join(', ') || 'none'}`,
                }),
                severity: 'MEDIUM',
              },
            ];
          });
        }),
  },
  {
    id: 'cloud-annotations',
    feature: 'annotations of one cloud',
    looks_for: 'Service and Ingress annotations of AWS, Azure, Google and others',
    asks: ['nodes'],
    severity: 'MEDIUM',
    because: 'elsewhere they are ignored: the load balancer isn’t internal, has no certificate, or isn’t made',
    adjustment:
      'leave them out, and say with this cluster’s means what they were for (internal address, certificate, health check)',
    words: /cloud|\baws\b|azure|\bgcp\b|\beks\b|\bgke\b|\baks\b/i,
    proof: { needs: ['service'] },
    find: (x) =>
      x.manifests.flatMap((m) => {
        const annotations = dig(m.object, 'metadata', 'annotations');
        return Object.keys(isJson(annotations) ? annotations : {})
          .filter((k) => CLOUD.test(k))
          .map((k) => ({
            place: m.at('metadata', 'annotations', k),
            local: 'only that cloud’s controller reads it',
            evidence: 'annotation of a cloud provider',
          }));
      }),
  },
  {
    id: 'host-address',
    feature: 'addresses of the host',
    looks_for: 'host.docker.internal, the docker bridge’s address, extra_hosts',
    asks: [],
    severity: 'HIGH',
    because: 'those names and addresses don’t exist in a Pod: the connection fails at start',
    adjustment:
      'the DNS name of a Service (name.namespace.svc); for something outside an ExternalName Service or hostAliases',
    words: /host\.docker\.internal|extra_hosts|host address/i,
    proof: { needs: ['workload'] },
    find: (x) => [
      ...services(x).flatMap((s) => [
        ...s.environment
          .filter((e) => HOST.test(e.value))
          .map(
            (e): Found => ({
              place: e.place,
              local: 'no such name is resolved in a Pod',
              evidence: 'cluster DNS knows Services and Pods',
            }),
          ),
        ...listOf(s.raw.extra_hosts).map(
          (h, i): Found => ({
            place: s.at('extra_hosts', i),
            ...(HOST.test(String(h)) || /host-gateway/.test(String(h)) ? {} : { severity: 'MEDIUM' }),
            local: 'names are resolved by cluster DNS; host entries are hostAliases of the Pod',
            evidence: 'Kubernetes has no extra_hosts',
          }),
        ),
      ]),
      ...x.pods.flatMap((p) =>
        p.containers.flatMap((c) =>
          listOf(c.raw.env).flatMap((e, i): Found[] =>
            HOST.test(textOf(dig(e, 'value')) ?? '')
              ? [
                  {
                    place: c.at('env', i),
                    local: 'no such name is resolved in a Pod',
                    evidence: 'cluster DNS knows Services and Pods',
                  },
                ]
              : [],
          ),
        ),
      ),
    ],
  },
  {
    id: 'static-addresses',
    feature: 'fixed network addresses',
    looks_for: 'compose ipv4_address, macvlan and ipvlan networks, links',
    asks: [],
    severity: 'MEDIUM',
    because: 'Pods get another address each time; others find them by a Service’s name',
    adjustment: 'a Service, and its name where the address stood; NetworkPolicies where networks kept services apart',
    words: /static (ip|address)|ipv4_address|\bnetworks?\b|\bDNS\b/i,
    proof: { needs: ['service'] },
    find: (x) =>
      [
        ...services(x).flatMap((s) => [
          ...Object.entries(isJson(s.raw.networks) ? s.raw.networks : {}).flatMap(([name, n]) =>
            dig(n, 'ipv4_address') === undefined ? [] : [s.at('networks', name, 'ipv4_address')],
          ),
          ...listOf(s.raw.links).map((_, i) => s.at('links', i)),
        ]),
        ...x.composes.flatMap((c) =>
          Object.entries(isJson(c.raw.networks) ? c.raw.networks : {}).flatMap(([name, n]) =>
            /macvlan|ipvlan/.test(textOf(dig(n, 'driver')) ?? '') ? [c.at('networks', name, 'driver')] : [],
          ),
        ),
      ].map((place) => ({
        place,
        local: 'Pods’ addresses come from the cluster’s network',
        evidence: 'Kubernetes has no ipv4_address and no links',
      })),
  },
  {
    id: 'network-isolation',
    feature: 'networks between services',
    looks_for: 'several compose networks, or internal: true',
    asks: [],
    severity: 'MEDIUM',
    because: 'in a namespace every Pod reaches every other unless a NetworkPolicy says no',
    adjustment: 'a NetworkPolicy for each network that kept services apart',
    words: /network.?(policy|isolation)|\bnetworks?\b|internal/i,
    proof: { needs: ['object'] },
    find: (x) =>
      x.composes.flatMap((c) =>
        Object.entries(isJson(c.raw.networks) ? c.raw.networks : {})
          .filter(([, n], _, all) => dig(n, 'internal') === true || all.length > 1)
          .map(([name]) => ({
            place: c.at('networks', name),
            local: 'the namespace is one network',
            evidence: 'Kubernetes isolates by NetworkPolicy only',
          })),
      ),
  },
  {
    id: 'placeholder-host',
    feature: 'host names and DNS',
    looks_for: 'Ingress and Route hosts that are the document’s, wildcard DNS',
    asks: [],
    severity: 'LOW',
    because: 'it starts, but nobody reaches it under a name of the document’s',
    adjustment: 'a host below this cluster’s domain (a Route without a host gets one)',
    words: /\bDNS\b|host ?name|domain|\bTLS\b|certificate/i,
    proof: { needs: ['entry'] },
    find: (x) =>
      [
        ...x.manifests
          .filter((m) => m.kind === 'Ingress')
          .flatMap((m) =>
            listOf(dig(m.object, 'spec', 'rules')).flatMap((r, i) =>
              /example\.(com|org|net)$|\.local$|^localhost$|your-?domain|\.nip\.io$|\.sslip\.io$/.test(
                textOf(dig(r, 'host')) ?? '',
              )
                ? [m.at('spec', 'rules', i, 'host')]
                : [],
            ),
          ),
        ...x.manifests
          .filter(
            (m) =>
              m.kind === 'Route' && /example\.(com|org)|your-?domain/.test(textOf(dig(m.object, 'spec', 'host')) ?? ''),
          )
          .map((m) => m.at('spec', 'host')),
        ...x.settings
          .filter(
            (s) =>
              /^host(name)?$/.test(s.key) &&
              /example\.(com|org|net)$|\.local$|your-?domain/.test(textOf(s.value) ?? ''),
          )
          .map((s) => s.place),
        ...x.statements.filter((s) => s.topic === 'wildcard-dns').map((s) => s.place),
      ].map((place) => ({
        place,
        local: 'that name is the document’s, not this cluster’s',
        evidence: 'a name of an example',
      })),
  },
  {
    id: 'outbound-access',
    feature: 'outbound access to the internet',
    looks_for: 'containers and commands that download (curl, wget, git clone, pip, apt, helm repo add), prose',
    asks: [],
    severity: 'MEDIUM',
    because: 'behind a proxy or a network policy a download at start hangs or fails',
    adjustment:
      'put what is downloaded into the image or a mirror; else the cluster’s proxy in HTTPS_PROXY, and an egress rule',
    words: /outbound|internet|egress|air.?gap|download|proxy/i,
    proof: { needs: ['workload'] },
    find: (x) =>
      [
        ...services(x)
          .filter((s) => DOWNLOADS.test(JSON.stringify([s.raw.command ?? '', s.raw.entrypoint ?? ''])))
          .map((s) => s.at(s.raw.command === undefined ? 'entrypoint' : 'command')),
        ...x.pods.flatMap((p) =>
          p.containers
            .filter((c) => DOWNLOADS.test(JSON.stringify([c.raw.command ?? '', c.raw.args ?? ''])))
            .map((c) => c.at(c.raw.command === undefined ? 'args' : 'command')),
        ),
        ...x.commands
          .filter((c) =>
            /^(helm repo add|git clone|curl\b.*https?:|wget\b.*https?:|(kubectl|oc) (apply|create)\b.*-f\s*https?:|helm (install|upgrade)\b.*(oci|https?):)/.test(
              c.text,
            ),
          )
          .map((c) => c.place),
        ...x.statements.filter((s) => s.topic === 'internet').map((s) => s.place),
      ].map((place) => ({
        place,
        local: 'whether Pods and this machine may go out is not among the facts',
        evidence: 'nothing was sent to find out',
      })),
  },
];

const HOST = /host\.docker\.internal|gateway\.docker\.internal|\b172\.17\.0\.1\b/;
const DOWNLOADS =
  /\b(curl|wget)\b[^"]*https?:|git clone|pip3? install|apt(-get)? (update|install)|apk add|npm (ci|install)|yum install|dnf install/;
