import { dig, listOf, textOf } from '../extract/yaml.ts';
import { contexts } from './contexts.ts';
import { admission, type Found, type Rule, services } from './rule.ts';

const SAFE_SYSCTLS = new Set(
  'kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_unprivileged_port_start net.ipv4.tcp_syncookies net.ipv4.ping_group_range net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes'.split(
    ' ',
  ),
);

const workload = { by: 'workload' } as const;

export const podSettingRules: readonly Rule[] = [
  {
    id: 'restricted-fields',
    feature: 'securityContext of the restricted level',
    looks_for:
      'containers without allowPrivilegeEscalation: false, drop: [ALL], runAsNonRoot and seccompProfile; every service of a compose file',
    asks: ['podSecurity', 'openshift'],
    severity: 'HIGH',
    because:
      'a namespace that enforces the restricted level refuses Pods that don’t set them (OpenShift’s SCC fills them in)',
    adjustment:
      'securityContext: {runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}',
    words: /restricted|securityContext|pod security/i,
    proof: workload,
    find: (x, facts) => {
      if (facts.openshift !== undefined || facts.podSecurity !== 'restricted') return [];
      const composed = services(x).map(
        (s): Found => ({
          place: s.place,
          local: 'the namespace enforces the restricted level: a workload made of this needs all four fields',
          evidence: 'podSecurity: restricted',
        }),
      );
      const written = contexts(x).flatMap(({ c, get }): Found[] => {
        const missing = [
          get('runAsNonRoot').value !== true && 'runAsNonRoot: true',
          dig(c.raw, 'securityContext', 'allowPrivilegeEscalation') !== false && 'allowPrivilegeEscalation: false',
          !listOf(dig(c.raw, 'securityContext', 'capabilities', 'drop')).includes('ALL') && 'capabilities.drop: [ALL]',
          !/^(RuntimeDefault|Localhost)$/.test(textOf(dig(get('seccompProfile').value, 'type')) ?? '') &&
            'seccompProfile.type: RuntimeDefault',
        ].filter((m) => m !== false);
        return missing.length === 0
          ? []
          : [
              {
                place: c.at('name'),
                local: 'the namespace enforces the restricted level',
                evidence: 'podSecurity: restricted',
                adjustment: `set ${missing.join(', ')}`,
              },
            ];
      });
      return [...composed, ...written];
    },
  },
  {
    id: 'sysctls',
    feature: 'kernel settings',
    looks_for: 'compose sysctls, Pods’ unsafe sysctls, sysctl commands and prose (vm.max_map_count)',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because:
      'unsafe sysctls are refused unless the kubelet allows them; vm.* and fs.* belong to the node, not to a Pod',
    adjustment:
      'have the node tuned by its operator (on OpenShift a Tuned profile), or switch the need off (Elasticsearch: node.store.allow_mmap: false)',
    words: /sysctl|kernel|max_map_count|somaxconn/i,
    proof: workload,
    find: (x, facts) => {
      const entries = services(x).flatMap((s) =>
        Array.isArray(s.raw.sysctls)
          ? s.raw.sysctls.map((v, i) => ({ name: String(v).split('=')[0] ?? '', place: s.at('sysctls', i) }))
          : Object.keys(typeof s.raw.sysctls === 'object' && s.raw.sysctls !== null ? s.raw.sysctls : {}).map(
              (name) => ({ name, place: s.at('sysctls', name) }),
            ),
      );
      const inPods = x.pods.flatMap((p) =>
        listOf(dig(p.spec, 'securityContext', 'sysctls')).map((v, i) => ({
          name: textOf(dig(v, 'name')) ?? '',
          place: p.at('securityContext', 'sysctls', i),
        })),
      );
      return [
        ...[...entries, ...inPods]
          .filter((e) => !SAFE_SYSCTLS.has(e.name))
          .map(
            (e): Found => ({
              place: e.place,
              ...admission(facts, 'baseline', 'HIGH'),
              ...(facts.openshift === undefined && facts.podSecurity === undefined
                ? { local: 'kubelets refuse unsafe sysctls unless they were allowed one by one' }
                : {}),
            }),
          ),
        ...x.pods.flatMap((p) =>
          p.containers
            .filter((c) => /\bsysctl\b/.test(JSON.stringify([c.raw.command ?? '', c.raw.args ?? ''])))
            .map(
              (c): Found => ({
                place: c.at(c.raw.command === undefined ? 'args' : 'command'),
                severity: 'MEDIUM',
                local: 'only a privileged container could change the node’s kernel settings',
                evidence: 'a Pod’s namespaces don’t hold vm.* and fs.*',
              }),
            ),
        ),
        ...x.commands
          .filter((c) => c.program === 'sysctl')
          .map(
            (c): Found => ({
              place: c.place,
              severity: 'MEDIUM',
              local: 'kernel settings belong to the node; who deploys here can’t run sysctl on it',
              evidence: 'a Pod’s namespaces don’t hold vm.* and fs.*',
            }),
          ),
        ...x.statements
          .filter((s) => s.topic === 'kernel')
          .map(
            (s): Found => ({
              place: s.place,
              severity: 'MEDIUM',
              local: 'kernel settings belong to the node; who deploys here can’t change them',
              evidence: 'a Pod’s namespaces don’t hold vm.* and fs.*',
            }),
          ),
      ];
    },
  },
];
