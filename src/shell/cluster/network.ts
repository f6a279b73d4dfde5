import { first, firstTwo, type Looks, unless, without } from './looks.ts';

/** Programs of routers, switches and service meshes: when they only look. */
export const networkLooks = (): readonly (readonly [string, Looks])[] => [
  ['birdc', first('show')],
  ['birdcl', first('show')],
  ['vtysh', without(/\b(conf|configure|clear|write)\b/)],
  ['gobgp', without(/\b(add|del|set)\b/)],
  ['calicoctl', firstTwo('get;version;node status;node diags;node checksystem;ipam show;ipam check;convert')],
  ['calico-node', unless(/^-(?!bird|felix|v|show)/)],
  [
    'cilium',
    firstTwo(
      'status;version;endpoint list;endpoint get;endpoint health;bpf;service list;service get;node list;identity list;identity get;policy get;monitor;map list;map get;metrics list;config;encrypt status;ip list;fqdn cache;debuginfo',
    ),
  ],
  [
    'cilium-dbg',
    firstTwo(
      'status;version;endpoint list;endpoint get;bpf;service list;service get;node list;identity list;policy get;monitor;map list;map get;metrics list;encrypt status;ip list',
    ),
  ],
  ['cilium-health', first('status get ping')],
  ['hubble', first('observe status list version')],
  ['ovs-vsctl', first('show list get list-br list-ports list-ifaces find br-exists')],
  ['ovs-ofctl', first('show dump-flows dump-ports dump-ports-desc dump-tables dump-groups dump-meters')],
  ['ovs-appctl', without(/\b(set|del|add|exit|flush)\b/)],
  [
    'ovn-nbctl',
    first('show list lr-list ls-list lr-route-list lsp-list find get lb-list acl-list lrp-list lr-nat-list'),
  ],
  ['ovn-sbctl', first('show list find get lflow-list dump-flows')],
  [
    'pilot-agent',
    (args) => (args[0] === 'request' ? /^GET$/i.test(args[1] ?? '') : /^(version|wait)$/.test(args[0] ?? '')),
  ],
];
