import type { KubeObject } from '../../cluster/index.ts';
import { fail, pass, unknown } from '../../workflow/index.ts';
import { balanced } from '../balanced.ts';
import { at, list, text } from '../json.ts';
import { nearest } from '../near.ts';
import { discoveryOf, listAll, notSeen, type World } from '../world.ts';
import { behind } from './behind.ts';
import { EGRESS } from './egress.ts';
import { notListed } from './storage.ts';
import { group, NO_NAME, type Part, type Requirement } from './table.ts';

const DEFAULT_INGRESS = 'ingressclass.kubernetes.io/is-default-class';

async function ingressClass(world: World, match: RegExpExecArray): Promise<Part> {
  const name = group(match, 'name');
  const found = await listAll(world, 'networking.k8s.io', 'IngressClass');
  if (found.state !== 'listed') return notListed(found, 'networking.k8s.io', 'ingressclasses');
  const names = found.items.map((one) => one.metadata.name ?? '');
  const there = found.items.find((one) => one.metadata.name === name);
  if (there !== undefined) {
    const controller = text(at(there, 'spec', 'controller'));
    return { verdict: pass('Exists', `IngressClass ${name} is there (${controller})`), evidence: { controller } };
  }
  const near = nearest(name, names);
  const others = near.concat(names).slice(0, 3);
  return {
    verdict: fail(
      'IngressClassMissing',
      `there is no IngressClass ${name}; there ${others.length === 0 ? 'is none at all' : `are ${[...new Set(others)].join(', ')}`}`,
    ),
    evidence: { there: names },
    suggestion:
      near[0] !== undefined
        ? `IngressClass ${near[0]}`
        : names.length === 0
          ? 'have an Ingress controller installed'
          : 'name one that is there: kubectl get ingressclass',
  };
}

async function defaultIngressClass(world: World): Promise<Part> {
  const found = await listAll(world, 'networking.k8s.io', 'IngressClass');
  if (found.state !== 'listed') return notListed(found, 'networking.k8s.io', 'ingressclasses');
  const marked = found.items.find((one) => one.metadata.annotations?.[DEFAULT_INGRESS] === 'true')?.metadata.name;
  return marked === undefined
    ? {
        verdict: fail('NoDefaultIngressClass', 'no IngressClass is marked as default'),
        evidence: {},
        suggestion: 'name one in every Ingress (ingressClassName)',
      }
    : { verdict: pass('Exists', `${marked} is the default IngressClass`), evidence: { default: marked } };
}

async function served(world: World, apiGroup: string, kind: string, instead: string): Promise<Part> {
  const discovery = await discoveryOf(world);
  if (!discovery.ok) return { verdict: unknown(discovery.error.reason, discovery.error.message), evidence: {} };
  const found = discovery.value.find({ group: apiGroup, kind });
  const unseen = found === undefined ? notSeen(discovery.value, kind, apiGroup) : undefined;
  if (unseen !== undefined) return { verdict: unknown(unseen.reason, unseen.message), evidence: {} };
  if (found === undefined)
    return {
      verdict: fail('KindNotServed', `the cluster serves no ${kind} (${apiGroup})`),
      evidence: {},
      suggestion: instead,
    };
  const message = `${kind} is served (${apiGroup}/${found.version})`;
  return behind(world, apiGroup, message, { version: found.version });
}

/** The API server accepts a NetworkPolicy whether or not anything enforces it; the network plugin tells. */
const ENFORCING =
  /^(calico-node|cilium|ovnkube-node|ovn-controller|antrea-agent|kube-router|weave-net|canal|azure-npm|kube-network-policies)/;
const NOT_ENFORCING = /^(kube-flannel|flannel)/;

/** Plugins that enforce them only from a version on, or when told to; undefined: it can't be told. */
const SOME_ENFORCE: Readonly<Record<string, (set: KubeObject) => boolean | undefined>> = {
  // EKS: the VPC plugin's agent does it, switched on by an argument that is false unless someone asks.
  'aws-node'(set) {
    const agent = containers(set).find((c) => /nodeagent|network-policy-agent/.test(text(at(c, 'name'))));
    if (agent === undefined) return false;
    const told = list(at(agent, 'args')).find((arg) => text(arg).startsWith('--enable-network-policy='));
    return told === undefined ? undefined : text(told).endsWith('=true');
  },
  // kind: since its v0.24; the images are dated, and the first that could is of July 2024.
  kindnet(set) {
    const [date] = containers(set).flatMap((c) => /kindnetd:v(\d{8})/.exec(text(at(c, 'image')))?.[1] ?? []);
    return date === undefined ? undefined : date >= '20240723';
  },
};

const containers = (set: KubeObject) => list(at(set, 'spec', 'template', 'spec', 'containers'));

async function networkPolicies(world: World): Promise<Part> {
  const network = await listAll(world, 'config.openshift.io', 'Network');
  const type =
    network.state === 'listed'
      ? text(at(network.items[0], 'status', 'networkType')) || text(at(network.items[0], 'spec', 'networkType'))
      : '';
  if (type === 'OVNKubernetes' || type === 'OpenShiftSDN') {
    return {
      verdict: pass('Enforced', `the cluster's network is ${type}, which enforces NetworkPolicies`),
      evidence: { networkType: type },
    };
  }
  const sets = await listAll(world, 'apps', 'DaemonSet');
  const names = sets.state === 'listed' ? sets.items.map((one) => one.metadata.name ?? '') : [];
  const enforcing = names.find((name) => ENFORCING.test(name));
  if (enforcing !== undefined) {
    return {
      verdict: pass('Enforced', `${enforcing} runs on the nodes and enforces NetworkPolicies`),
      evidence: { daemonSet: enforcing },
    };
  }
  const told = (sets.state === 'listed' ? sets.items : []).map((set) => ({
    name: set.metadata.name ?? '',
    enforces: SOME_ENFORCE[set.metadata.name ?? '']?.(set),
  }));
  const willing = told.find((one) => one.enforces === true)?.name;
  if (willing !== undefined) {
    return {
      verdict: pass('Enforced', `${willing} runs on the nodes and is set to enforce NetworkPolicies`),
      evidence: { daemonSet: willing },
    };
  }
  const blind = names.find((name) => NOT_ENFORCING.test(name)) ?? told.find((one) => one.enforces === false)?.name;
  if (blind !== undefined) {
    return {
      verdict: fail('NotEnforced', `the network is ${blind}, which does not enforce NetworkPolicies here`),
      evidence: { daemonSet: blind },
      suggestion: 'do not rely on NetworkPolicies for isolation here',
    };
  }
  return {
    verdict: unknown(
      'PluginNotSeen',
      sets.state === 'listed'
        ? 'no network plugin that is known to enforce NetworkPolicies shows among the DaemonSets'
        : "the network plugin can't be seen: this identity may not list daemonsets.apps",
    ),
    evidence: { daemonSets: names.slice(0, 20) },
    deferrable: true,
  };
}

async function loadBalancers(world: World): Promise<Part> {
  const services = await listAll(world, '', 'Service');
  const { asked, given, waiting } = balanced(services.state === 'listed' ? services.items : []);
  if (given !== undefined) {
    return {
      verdict: pass('InUse', `the Service ${given.metadata.namespace}/${given.metadata.name} was given an address`),
      evidence: { service: given.metadata.name },
    };
  }
  if (waiting !== undefined) {
    return {
      verdict: fail(
        'NoAddressGiven',
        `the Service ${waiting.metadata.namespace}/${waiting.metadata.name} of type LoadBalancer waits for an address, since ${waiting.metadata.creationTimestamp}`,
      ),
      evidence: { service: waiting.metadata.name },
      suggestion: 'a Route, an Ingress or a NodePort',
    };
  }
  const discovery = await discoveryOf(world);
  const metal = discovery.ok && discovery.value.group('metallb.io') !== undefined;
  const why =
    services.state === 'listed'
      ? `no Service of that type is there ${asked === 0 ? '' : 'for long enough '}to show it`
      : 'this identity may not list services in all namespaces';
  return {
    verdict: unknown(
      'NotShownYet',
      `whether a LoadBalancer is given an address can't be seen: ${why}${metal ? ' (MetalLB is installed)' : ''}`,
    ),
    evidence: { metallb: metal },
    deferrable: true,
    suggestion: 'a person may allow a bullet with such a Service, or use a Route or an Ingress',
  };
}

export const NETWORK: readonly Requirement[] = [
  ...EGRESS,
  {
    form: 'NetworkPolicy enforced',
    pattern: /^(network ?polic(y|ies))( (is|are))?( enforced| support(ed)?| enforcement)$/i,
    asks: 'does the network plugin enforce NetworkPolicies?',
    canonical: () => 'NetworkPolicy enforced',
    check: networkPolicies,
  },
  {
    form: 'default IngressClass',
    pattern: /^(an? |the )?default ingress ?class( exists| is set)?$/i,
    asks: 'is an IngressClass marked as default?',
    canonical: () => 'default IngressClass',
    check: defaultIngressClass,
  },
  {
    form: 'IngressClass NAME',
    pattern: new RegExp(
      `^ingress ?class(/| named |: ?| )["']?${NO_NAME}(?<name>[a-z0-9]([-a-z0-9.]*[a-z0-9])?)["']?( exists| available)?$`,
      'i',
    ),
    asks: 'is there such an IngressClass?',
    canonical: (match) => `IngressClass ${group(match, 'name')}`,
    check: ingressClass,
  },
  {
    form: 'Route support',
    pattern: /^(openshift )?routes?( support(ed)?| available| api)?$/i,
    asks: 'are Routes served?',
    canonical: () => 'Route support',
    check: (world) => served(world, 'route.openshift.io', 'Route', 'use an Ingress'),
  },
  {
    form: 'Gateway API support',
    pattern: /^gateway api( support(ed)?| available)?$/i,
    asks: 'are Gateways served?',
    canonical: () => 'Gateway API support',
    check: (world) => served(world, 'gateway.networking.k8s.io', 'Gateway', 'use an Ingress or a Route'),
  },
  {
    form: 'LoadBalancer services',
    pattern: /^(services? of type )?load ?balancer( services?)?( (are )?(support(ed)?|available|get an address))?$/i,
    asks: 'is a Service of type LoadBalancer given an address here?',
    canonical: () => 'LoadBalancer services',
    check: loadBalancers,
  },
];
