import { dig, isJson, listOf, textOf } from '../extract/yaml.ts';
import { type Found, type Rule, services } from './rule.ts';

export const reachRules: readonly Rule[] = [
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
    proof: { by: 'workload' },
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
    proof: { by: 'service' },
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
    proof: { by: 'objects' },
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
    id: 'outbound-access',
    feature: 'outbound access to the internet',
    looks_for: 'containers and commands that download (curl, wget, git clone, pip, apt, helm repo add), prose',
    asks: [],
    severity: 'MEDIUM',
    because: 'behind a proxy or a network policy a download at start hangs or fails',
    adjustment:
      'put what is downloaded into the image or a mirror; else the cluster’s proxy in HTTPS_PROXY, and an egress rule',
    words: /outbound|internet|egress|air.?gap|download|proxy/i,
    proof: { by: 'workload' },
    find: (x) =>
      [
        ...services(x)
          .filter((s) => downloads(s.raw.command, s.raw.entrypoint))
          .map((s) => s.at(s.raw.command === undefined ? 'entrypoint' : 'command')),
        ...x.pods.flatMap((p) =>
          p.containers
            .filter((c) => downloads(c.raw.command, c.raw.args))
            .map((c) => c.at(c.raw.command === undefined ? 'args' : 'command')),
        ),
        ...x.commands
          .filter(
            (c) =>
              /^(helm repo add|git clone|curl\b.*https?:|wget\b.*https?:|(kubectl|oc) (apply|create)\b.*-f\s*https?:|helm (install|upgrade)\b.*(oci|https?):)/.test(
                c.text,
              ) && goesOut(c.text),
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
  /\b(curl|wget)\b[^"]{0,300}https?:|git clone|pip3? install|apt(-get)? (update|install)|apk add|npm (ci|install)|yum install|dnf install/;

const downloads = (...commands: readonly unknown[]): boolean => {
  const text = JSON.stringify(commands.map((command) => command ?? ''));
  return DOWNLOADS.test(text) && goesOut(text);
};

/** localhost, names of the cluster and of one label, and private addresses are no way out. */
const INSIDE =
  /^(localhost|[\w-]+|.{0,253}\.(svc|local|localhost|internal|cluster\.local|svc\.[\w.-]{1,253})|127\.[\d.]+|10\.[\d.]+|192\.168\.[\d.]+|172\.(1[6-9]|2\d|3[01])\.[\d.]+|169\.254\.[\d.]+|0\.0\.0\.0|\[(::1|f[cde][\da-f]{2}:[\da-f:.]*)\]|[$<{].*)$/i;

function goesOut(text: string): boolean {
  const hosts = [...text.matchAll(/\b(?:https?|oci|git|ssh):\/\/(?:[^\s/@"']*@)?(\[[\da-f:.]+\]|[^\s/:"'\\]+)/gi)].map(
    (m) => m[1] ?? '',
  );
  return hosts.length === 0 || hosts.some((host) => !INSIDE.test(host));
}
