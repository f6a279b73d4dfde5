import type { KubeObject } from '../../cluster/index.ts';
import { fail, pass, unknown } from '../../workflow/index.ts';
import { at, list, text } from '../json.ts';
import { discoveryOf, listAll, type World } from '../world.ts';
import { group, type Part, type Requirement } from './table.ts';

const PORTS: Readonly<Record<string, string>> = { http: '80', https: '443', ldap: '389', ldaps: '636', ssh: '22' };

const portOf = (match: RegExpExecArray) => group(match, 'port') || PORTS[group(match, 'scheme').toLowerCase()] || '443';
const hostOf = (match: RegExpExecArray) => group(match, 'host').toLowerCase();

/**
 * Only a Pod shows what a Pod reaches. What forbids it can be seen: OVN-Kubernetes' EgressFirewall, and a NetworkPolicy
 * that lets nothing out of the namespace.
 */
async function egress(world: World, match: RegExpExecArray): Promise<Part> {
  const [host, port] = [hostOf(match), portOf(match)];
  const { namespace } = world;
  if (Number(port) < 1 || Number(port) > 65_535)
    return { verdict: fail('NoSuchPort', `${port} is no port; ports are 1 to 65535`), evidence: {} };
  const [policies, firewalls] = await Promise.all([
    listAll(world, 'networking.k8s.io', 'NetworkPolicy', { namespace }),
    listAll(world, 'k8s.ovn.org', 'EgressFirewall', { namespace }),
  ]);
  const all = policies.state === 'listed' ? policies.items : [];
  const outgoing = all.filter((one) => list(at(one, 'spec', 'policyTypes')).includes('Egress'));
  const closed = outgoing.filter(selectsAll);
  if (
    closed.length > 0 &&
    closed.every((one) => list(at(one, 'spec', 'egress')).length === 0) &&
    outgoing.every(isShut)
  ) {
    const name = closed[0]?.metadata.name ?? '';
    return {
      verdict: fail(
        'EgressDenied',
        `the NetworkPolicy ${name} lets nothing out of ${namespace}, and no other one allows it`,
      ),
      evidence: { networkPolicy: name },
      suggestion: `add a NetworkPolicy that allows ${host}:${port}: kubectl get networkpolicy ${name} -n ${namespace} -o yaml`,
    };
  }
  const rule = (firewalls.state === 'listed' ? firewalls.items : [])
    .flatMap((one) => list(at(one, 'spec', 'egress')))
    .find((one) => covers(one, host));
  if (rule !== undefined && at(rule, 'type') === 'Deny')
    return {
      verdict: fail(
        'EgressDenied',
        `the EgressFirewall of ${namespace} denies ${host}: its first rule that fits is Deny`,
      ),
      evidence: { rule },
      suggestion: `put a rule that allows it before that one: kubectl edit egressfirewall default -n ${namespace}`,
    };
  const limits = outgoing.map((one) => `NetworkPolicy ${one.metadata.name}`).join(', ');
  return {
    verdict: unknown(
      'NotShownYet',
      `whether a Pod in ${namespace} reaches ${host}:${port} shows only from a Pod${limits === '' ? '' : `; ${limits} limits what leaves it`}`,
    ),
    evidence: { networkPolicies: outgoing.map((one) => one.metadata.name), rule },
    deferrable: true,
    minimal_spec: probe(host, port),
    suggestion: `try it from a Pod: kubectl run egress-probe -n ${namespace} --rm -i --restart=Never --image=IMAGE -- nc -zw5 ${host} ${port}`,
  };
}

const selectsAll = (policy: KubeObject) =>
  Object.keys(Object(at(policy, 'spec', 'podSelector', 'matchLabels'))).length === 0 &&
  list(at(policy, 'spec', 'podSelector', 'matchExpressions')).length === 0;
const isShut = (policy: KubeObject) => list(at(policy, 'spec', 'egress')).length === 0;

function covers(rule: unknown, host: string): boolean {
  const name = text(at(rule, 'to', 'dnsName')).toLowerCase();
  return name === host || text(at(rule, 'to', 'cidrSelector')) === '0.0.0.0/0';
}

const probe = (host: string, port: string) => `apiVersion: batch/v1
kind: Job
metadata:
  name: try-egress
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: try-egress
          image: IMAGE # one of the plan's images that has nc
          command: [nc, -zw5, ${host}, "${port}"]
`;

/** HorizontalPodAutoscalers and `kubectl top` read it; discovery names a group whose server does not answer as stale. */
async function metrics(world: World): Promise<Part> {
  const discovery = await discoveryOf(world);
  if (!discovery.ok) return { verdict: unknown(discovery.error.reason, discovery.error.message), evidence: {} };
  const next = 'look at it: kubectl get apiservice v1beta1.metrics.k8s.io';
  if (discovery.value.stale.some((one) => one.startsWith('metrics.k8s.io/')))
    return {
      verdict: fail(
        'ApiServiceUnavailable',
        'metrics.k8s.io is registered, but the server behind it does not answer now',
      ),
      evidence: {},
      suggestion: next,
    };
  const found = discovery.value.find({ group: 'metrics.k8s.io', kind: 'PodMetrics' });
  return found === undefined
    ? {
        verdict: fail('NotServed', 'the cluster serves no metrics.k8s.io: no metrics-server or its like'),
        evidence: {},
        suggestion: `have metrics-server installed; ${next}`,
      }
    : { verdict: pass('Served', `metrics.k8s.io/${found.version} is served`), evidence: { version: found.version } };
}

export const EGRESS: readonly Requirement[] = [
  {
    form: 'egress to HOST:443',
    pattern:
      /^(egress|outbound( access| traffic)?|(pods? )?(can )?reach|internet access) ?(to )?((?<scheme>[a-z]+):\/\/)?(?<host>[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+)(:(?<port>\d{1,5}))?\/?$/i,
    asks: 'does something forbid Pods to reach that host? (NetworkPolicy, EgressFirewall)',
    canonical: (match) => `egress to ${hostOf(match)}:${portOf(match)}`,
    check: egress,
  },
  {
    form: 'metrics API available',
    pattern: /^((the )?(resource )?metrics api|metrics-?server)( (is )?(available|served|installed|supported|runs))?$/i,
    asks: 'is metrics.k8s.io served, and does it answer?',
    canonical: () => 'metrics API',
    check: metrics,
  },
];
