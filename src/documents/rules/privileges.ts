import { dig, listOf, textOf } from '../extract/yaml.ts';
import { contexts, flags } from './contexts.ts';
import { SOCKET } from './mounts.ts';
import { admission, type Found, type Rule, services } from './rule.ts';

const BASELINE_CAPABILITIES = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);

const workload = { by: 'workload' } as const;

export const privilegeRules: readonly Rule[] = [
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
          .filter((m) => SOCKET.test(m.source) || SOCKET.test(m.target))
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
];
