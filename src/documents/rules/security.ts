import { word } from '../document.ts';
import type { Extracted } from '../extract/index.ts';
import { dig, listOf, textOf } from '../extract/yaml.ts';
import { parseName, ROOT_IMAGES } from './known-images.ts';
import { admission, cantSee, type Found, isOpenShift, type Rule, services } from './rule.ts';

const BASELINE_CAPABILITIES = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);
const SAFE_SYSCTLS = new Set(
  'kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_unprivileged_port_start net.ipv4.tcp_syncookies net.ipv4.ping_group_range net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes'.split(
    ' ',
  ),
);
const SOCKET = /(docker|containerd|crio|podman)\.sock/;

const workload = { needs: ['workload'] } as const;

/** Every container and the Pod around it, with the field of a securityContext that decides: its own first. */
const contexts = (x: Extracted) =>
  x.pods.flatMap((pod) =>
    pod.containers.map((c) => ({
      pod,
      c,
      get: (key: string) =>
        dig(c.raw, 'securityContext', key) !== undefined
          ? { value: dig(c.raw, 'securityContext', key), place: c.at('securityContext', key) }
          : { value: dig(pod.spec, 'securityContext', key), place: pod.at('securityContext', key) },
    })),
  );

const flags = (x: Extracted, key: RegExp, value: unknown) =>
  x.settings.filter((s) => key.test(s.key) && s.value === value);

export const securityRules: readonly Rule[] = [
  {
    id: 'docker-socket',
    feature: 'Docker socket',
    looks_for: 'a mount of docker.sock, or of another runtime’s socket',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because:
      'nodes run containerd or CRI-O, there is no Docker socket; and whoever holds a runtime’s socket holds the node',
    adjustment:
      'what needs Docker becomes a Job or Deployment that uses the Kubernetes API with its own service account; builds use a builder without a daemon',
    words: /docker.?sock|docker in docker|\bdind\b/i,
    proof: workload,
    find: (x) => [
      ...services(x).flatMap((s) =>
        s.mounts
          .filter((m) => SOCKET.test(m.source))
          .map((m) => ({
            place: m.place,
            local: 'nodes have no Docker',
            evidence: 'Kubernetes removed dockershim in 1.24',
          })),
      ),
      ...x.pods.flatMap((pod) =>
        listOf(pod.spec.volumes).flatMap((v, i) =>
          SOCKET.test(textOf(dig(v, 'hostPath', 'path')) ?? '')
            ? [
                {
                  place: pod.at('volumes', i, 'hostPath', 'path'),
                  local: 'nodes have no Docker',
                  evidence: 'Kubernetes removed dockershim in 1.24',
                },
              ]
            : [],
        ),
      ),
    ],
  },
  {
    id: 'privileged',
    feature: 'privileged containers',
    looks_for: 'privileged: true in compose, Pods or values, docker run --privileged',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because: 'admission refuses privileged containers outside namespaces made for them',
    adjustment:
      'privileged: false, with only the capability that is really needed; else a namespace and service account approved for it',
    words: /privilege/i,
    proof: workload,
    find: (x, facts) => {
      const places = [
        ...services(x)
          .filter((s) => s.raw.privileged === true)
          .map((s) => s.at('privileged')),
        ...contexts(x)
          .filter(({ c }) => dig(c.raw, 'securityContext', 'privileged') === true)
          .map(({ c }) => c.at('securityContext', 'privileged')),
        ...flags(x, /^privileged$/, true).map((s) => s.place),
        ...x.commands.filter((c) => /^(docker|podman) run\b.*--privileged/.test(c.text)).map((c) => c.place),
      ];
      return places.map((place) => ({ place, ...admission(facts, 'baseline', 'MEDIUM') }));
    },
  },
  {
    id: 'root-user',
    feature: 'containers run as root',
    looks_for: 'user: root or 0, runAsUser: 0, runAsNonRoot: false',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because:
      'under the restricted level and OpenShift’s default SCC a container that must be root isn’t admitted or doesn’t start',
    adjustment:
      'an image that runs as a numbered user (nginxinc/nginx-unprivileged, bitnami …), runAsNonRoot: true; or an SCC granted to its service account (nonroot-v2, anyuid)',
    words: /\broot\b|run.?as|\buser\b|\bSCC\b|security context/i,
    proof: workload,
    find: (x, facts) => {
      const places = [
        ...services(x)
          .filter((s) => /^(root|0)(:|$)/.test(textOf(s.raw.user) ?? ''))
          .map((s) => s.at('user')),
        ...contexts(x).flatMap(({ get }) => [
          ...(get('runAsUser').value === 0 ? [get('runAsUser').place] : []),
          ...(get('runAsNonRoot').value === false ? [get('runAsNonRoot').place] : []),
        ]),
        ...flags(x, /^runAsUser$/, 0).map((s) => s.place),
      ];
      return places.map((place) => ({ place, ...admission(facts, 'restricted', 'NONE') }));
    },
  },
  {
    id: 'image-runs-as-root',
    feature: 'images that start as root',
    looks_for: 'well-known images that start as root to prepare their folders, with no other user set',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because: 'with a user of the namespace’s range they can’t chown their data or bind port 80, and exit',
    adjustment:
      'the unprivileged build of the image, or a user and fsGroup it supports, or an SCC granted to its service account',
    words: /\broot\b|arbitrary u(ser|id)|\bSCC\b|\buser\b/i,
    proof: workload,
    find: (x, facts) => {
      const judged = admission(facts, 'restricted', 'NONE');
      const at = (place: Found['place'], image: string): Found[] => {
        const instead = ROOT_IMAGES[parseName(image)];
        return instead === undefined ? [] : [{ place, ...judged, adjustment: `${word(parseName(image))}: ${instead}` }];
      };
      return [
        ...services(x).flatMap((s) =>
          s.image === undefined || s.raw.user !== undefined ? [] : at(s.at('image'), s.image),
        ),
        ...contexts(x).flatMap(({ c, get }) =>
          get('runAsUser').value !== undefined || get('runAsNonRoot').value === true
            ? []
            : at(c.at('image'), textOf(c.raw.image) ?? ''),
        ),
      ];
    },
  },
  {
    id: 'fixed-user-id',
    feature: 'fixed user and group ids',
    looks_for: 'compose user, runAsUser, runAsGroup or fsGroup with a number other than 0',
    asks: ['openshift'],
    severity: 'HIGH',
    because: 'OpenShift’s restricted-v2 SCC admits only ids of the namespace’s own range',
    adjustment:
      'leave runAsUser and fsGroup out, so that the namespace’s range is used; or grant nonroot-v2 to the service account',
    words: /\bu(ser )?ids?\b|runAsUser|fsGroup|\buser\b|\bSCC\b/i,
    proof: workload,
    find: (x, facts) => {
      const fixed = (value: unknown) =>
        /^[1-9]\d{0,8}(:\d+)?$/.test(textOf(value) ?? '') && Number(String(value).split(':')[0]) < 1_000_000_000;
      const places = [
        ...services(x)
          .filter((s) => fixed(s.raw.user))
          .map((s) => s.at('user')),
        ...contexts(x).flatMap(({ get }) =>
          ['runAsUser', 'fsGroup'].flatMap((key) => (fixed(get(key).value) ? [get(key).place] : [])),
        ),
        ...x.settings.filter((s) => /^(runAsUser|fsGroup)$/.test(s.key) && fixed(s.value)).map((s) => s.place),
      ];
      if (isOpenShift(facts) === false)
        return places.map((place) => ({
          place,
          severity: 'NONE' as const,
          local: 'any user id but 0 is admitted',
          evidence: 'not OpenShift',
        }));
      const hidden = cantSee(facts, 'openshift', 'whether this is OpenShift, which admits only a namespace’s own ids,');
      return places.map((place) => ({
        place,
        ...(hidden ?? {
          local: 'the restricted-v2 SCC admits only ids of the namespace’s range',
          evidence: `OpenShift ${facts.openshift?.version}`,
        }),
      }));
    },
  },
  {
    id: 'capabilities',
    feature: 'Linux capabilities',
    looks_for: 'cap_add in compose, capabilities.add in Pods',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because: 'admission refuses capabilities beyond the level’s list',
    adjustment:
      'drop: [ALL] and add back only NET_BIND_SERVICE; for others a service account with an SCC or namespace that allows them',
    words: /capabilit|cap_add|NET_ADMIN|SYS_ADMIN/i,
    proof: workload,
    find: (x, facts) => {
      const judge = (name: string) =>
        admission(facts, BASELINE_CAPABILITIES.has(name) ? 'restricted' : 'baseline', 'MEDIUM');
      const found = (value: unknown, at: (i: number) => Found['place']): Found[] =>
        listOf(value).flatMap((entry, i) => {
          const name = String(entry).replace(/^CAP_/, '').toUpperCase();
          return name === 'NET_BIND_SERVICE' ? [] : [{ place: at(i), ...judge(name) }];
        });
      return [
        ...services(x).flatMap((s) => found(s.raw.cap_add, (i) => s.at('cap_add', i))),
        ...contexts(x).flatMap(({ c }) =>
          found(dig(c.raw, 'securityContext', 'capabilities', 'add'), (i) =>
            c.at('securityContext', 'capabilities', 'add', i),
          ),
        ),
      ];
    },
  },
  {
    id: 'restricted-fields',
    feature: 'securityContext of the restricted level',
    looks_for: 'containers without allowPrivilegeEscalation: false, drop: [ALL], runAsNonRoot and seccompProfile',
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
      return contexts(x).flatMap(({ c, get }): Found[] => {
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
    },
  },
  {
    id: 'privilege-escalation',
    feature: 'privilege escalation',
    looks_for: 'allowPrivilegeEscalation: true',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because: 'the restricted level and OpenShift’s default SCC refuse it',
    adjustment: 'allowPrivilegeEscalation: false, and an image that doesn’t need setuid programs (sudo, su)',
    words: /privilege escalation|allowPrivilegeEscalation|setuid/i,
    proof: workload,
    find: (x, facts) =>
      [
        ...contexts(x)
          .filter(({ c }) => dig(c.raw, 'securityContext', 'allowPrivilegeEscalation') === true)
          .map(({ c }) => c.at('securityContext', 'allowPrivilegeEscalation')),
        ...flags(x, /^allowPrivilegeEscalation$/, true).map((s) => s.place),
      ].map((place) => ({ place, ...admission(facts, 'restricted', 'NONE') })),
  },
  {
    id: 'security-options',
    feature: 'seccomp, AppArmor and SELinux switched off',
    looks_for: 'compose security_opt with unconfined or label:disable, seccompProfile Unconfined',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because: 'the baseline level and OpenShift’s default SCC refuse unconfined profiles',
    adjustment: 'seccompProfile: {type: RuntimeDefault}; leave AppArmor and SELinux as they are',
    words: /seccomp|apparmor|selinux|security_opt/i,
    proof: workload,
    find: (x, facts) =>
      [
        ...services(x).flatMap((s) =>
          listOf(s.raw.security_opt).flatMap((o, i) =>
            /unconfined|label[:=]disable/.test(String(o)) ? [s.at('security_opt', i)] : [],
          ),
        ),
        ...contexts(x).flatMap(({ get }) =>
          dig(get('seccompProfile').value, 'type') === 'Unconfined' ? [get('seccompProfile').place] : [],
        ),
      ].map((place) => ({ place, ...admission(facts, 'baseline', 'MEDIUM') })),
  },
  {
    id: 'host-namespaces',
    feature: 'host PID and IPC namespaces',
    looks_for: 'pid: host, ipc: host, hostPID, hostIPC, userns_mode: host',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because: 'admission refuses Pods that share the host’s namespaces',
    adjustment: 'shareProcessNamespace for containers of one Pod; leave the host’s namespaces alone',
    words: /host ?(PID|IPC)|pid: host|ipc: host/i,
    proof: workload,
    find: (x, facts) =>
      [
        ...services(x).flatMap((s) =>
          ['pid', 'ipc', 'userns_mode', 'uts'].flatMap((k) => (s.raw[k] === 'host' ? [s.at(k)] : [])),
        ),
        ...x.pods.flatMap((p) => ['hostPID', 'hostIPC'].flatMap((k) => (p.spec[k] === true ? [p.at(k)] : []))),
      ].map((place) => ({ place, ...admission(facts, 'baseline', 'MEDIUM') })),
  },
  {
    id: 'host-devices',
    feature: 'devices of the host',
    looks_for: 'compose devices',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because: 'a Pod has no device of the host unless a device plugin offers it',
    adjustment: 'ask for the device plugin’s resource in resources.limits, or leave the device out',
    words: /\bdevices?\b|\/dev\//i,
    proof: workload,
    find: (x) =>
      services(x).flatMap((s) =>
        listOf(s.raw.devices).map((_, i) => ({
          place: s.at('devices', i),
          local: 'a Pod sees no device of its node unless a device plugin offers it',
          evidence: 'Kubernetes has no devices field',
        })),
      ),
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
  {
    id: 'scc-grant',
    feature: 'security context constraints granted to a service account',
    looks_for: 'oc adm policy add-scc-to-user or add-scc-to-group',
    asks: ['openshift'],
    severity: 'HIGH',
    because: 'it needs a cluster administrator, and elsewhere than on OpenShift there are no SCCs',
    adjustment:
      'an image that runs under restricted-v2; else a RoleBinding to system:openshift:scc:nonroot-v2 (or anyuid) that the cluster’s operator approves',
    words: /\bSCC\b|security context constraint|anyuid/i,
    proof: { needs: ['workload'], rules: ['root-user', 'privileged', 'fixed-user-id', 'image-runs-as-root'] },
    find: (x, facts) => {
      const hidden = cantSee(facts, 'openshift', 'whether this is OpenShift');
      const judged =
        facts.openshift !== undefined
          ? {
              severity: 'MEDIUM' as const,
              local: 'granting an SCC needs a cluster administrator',
              evidence: `OpenShift ${facts.openshift.version}`,
            }
          : (hidden ?? { local: 'there are no SecurityContextConstraints here', evidence: 'not OpenShift' });
      return x.commands
        .filter((c) => /^oc adm policy add-scc-to-/.test(c.text))
        .map((c) => ({ place: c.place, ...judged }));
    },
  },
  {
    id: 'cluster-scoped-objects',
    feature: 'cluster-wide permissions',
    looks_for: 'cluster-scoped kinds in manifests, and prose or commands that need cluster-admin',
    asks: [],
    severity: 'MEDIUM',
    because: 'an identity that may only write to its namespace can’t create them',
    adjustment: 'have the cluster’s operator create them first, or use Roles in the namespace instead of ClusterRoles',
    words: /cluster.?(admin|role|scoped|wide)|\bRBAC\b|permission/i,
    proof: { needs: ['object'] },
    find: (x) => [
      ...x.manifests
        .filter((m) => CLUSTER_SCOPED.has(m.kind))
        .map((m) => ({
          place: m.at('kind'),
          local: 'a cluster-scoped kind: more than permissions in one namespace are needed',
          evidence: `${word(m.kind)} has no namespace`,
        })),
      ...x.statements
        .filter((s) => s.topic === 'cluster-admin')
        .map((s) => ({
          place: s.place,
          local: 'whether this identity is cluster-admin is checked by cluster-reality-check',
          evidence: 'the document asks for cluster-admin',
        })),
      ...x.commands
        .filter((c) => /^(kubectl|oc) create clusterrolebinding\b/.test(c.text))
        .map((c) => ({
          place: c.place,
          local: 'a cluster-scoped kind: more than permissions in one namespace are needed',
          evidence: 'ClusterRoleBinding has no namespace',
        })),
    ],
  },
];

const CLUSTER_SCOPED = new Set(
  'ClusterRole ClusterRoleBinding CustomResourceDefinition StorageClass IngressClass PriorityClass RuntimeClass ValidatingWebhookConfiguration MutatingWebhookConfiguration APIService SecurityContextConstraints ClusterIssuer PodSecurityPolicy'.split(
    ' ',
  ),
);
