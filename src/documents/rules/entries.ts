import type { Extracted } from '../extract/index.ts';
import { dig, isJson, listOf, textOf } from '../extract/yaml.ts';
import type { ClusterFacts } from '../facts.ts';
import { type Found, isOpenShift, type Rule } from './rule.ts';

const entry = (facts: ClusterFacts) => (isOpenShift(facts) === true ? 'a Route' : 'an Ingress');

const kubernetesServices = (x: Extracted) => x.manifests.filter((m) => m.kind === 'Service');

const CLOUD =
  /^(service\.beta\.kubernetes\.io\/(aws|azure|oci|do)-|cloud\.google\.com\/|networking\.gke\.io\/|alb\.ingress\.kubernetes\.io\/|service\.kubernetes\.io\/(ibm|qcloud))/;

export const entryRules: readonly Rule[] = [
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
    proof: { by: 'service', facts: ['loadBalancer'] },
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
        // Prose about load balancers holds no gate: what asks for one is a Service, a value or a command.
        ...(mild && facts.loadBalancer !== 'yes' ? { severity: 'LOW' as const } : {}),
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
    proof: { by: 'service' },
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
    id: 'cloud-annotations',
    feature: 'annotations of one cloud',
    looks_for: 'Service and Ingress annotations of AWS, Azure, Google and others',
    asks: ['nodes'],
    severity: 'MEDIUM',
    because: 'elsewhere they are ignored: the load balancer isn’t internal, has no certificate, or isn’t made',
    adjustment:
      'leave them out, and say with this cluster’s means what they were for (internal address, certificate, health check)',
    words: /cloud|\baws\b|azure|\bgcp\b|\beks\b|\bgke\b|\baks\b/i,
    proof: { by: 'service' },
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
    id: 'placeholder-host',
    feature: 'host names and DNS',
    looks_for: 'Ingress and Route hosts that are the document’s, wildcard DNS',
    asks: [],
    severity: 'LOW',
    because: 'it starts, but nobody reaches it under a name of the document’s',
    adjustment: 'a host below this cluster’s domain (a Route without a host gets one)',
    words: /\bDNS\b|host ?name|domain|\bTLS\b|certificate/i,
    proof: { by: 'entry' },
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
];
