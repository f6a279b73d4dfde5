// A real node on this machine: containerd, the kubelet and kube-proxy, with everything they write in our own folder.
// What they change outside of it (a bridge, sysctls, cgroups, iptables) is in machine.ts, which also takes it back.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { files, type Layout } from './components.ts';
import { BRIDGE, type Machine, NODE_ADDRESS, POD_CIDR, RUN } from './machine.ts';
import { NODE_NAME } from './users.ts';

/** containerd's socket has a short path of its own: a socket's path may have 107 bytes, a state folder's more. */
export const SOCKET = join(RUN, 'containerd.sock');

export const containerdArgs = (folder: string) => ['--config', join(folder, 'containerd.toml')];

/** Writes the node's configuration. The registry must be known by then, because containerd reads its address from it. */
export function writeNodeFiles(layout: Layout, machine: Machine): void {
  const { folder, ports } = layout;
  const registry = `127.0.0.1:${ports.registry}`;
  for (const host of [registry, `localhost:${ports.registry}`]) {
    const place = join(folder, 'certs.d', host);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'hosts.toml'), hostsToml(registry));
  }
  mkdirSync(join(folder, 'cni'), { recursive: true });
  writeFileSync(join(folder, 'cni', '10-infragate.conflist'), JSON.stringify(network(folder), null, 2));
  writeFileSync(join(folder, 'containerd.toml'), containerdToml(folder, `${registry}/pause:1`, machine.plugins));
  writeFileSync(join(folder, 'kubelet.json'), JSON.stringify(kubeletConfiguration(layout), null, 2));
}

export function noteOf(machine: Machine): string | undefined {
  return machine.iptables
    ? undefined
    : 'There is no iptables here, so no kube-proxy: the addresses of Services lead nowhere.';
}

function containerdToml(folder: string, pause: string, plugins: string): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = ${quoted(join(folder, 'containerd'))}
state = ${quoted(join(folder, 'containerd-state'))}
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.internal.v1.opt"]

[grpc]
  address = ${quoted(SOCKET)}

[ttrpc]
  address = ${quoted(`${SOCKET}.ttrpc`)}

[${cri}]
  sandbox_image = ${quoted(pause)}
  netns_mounts_under_state_dir = true
  # Machines that are containers themselves often lack CAP_SYS_RESOURCE: lowering the score fails there, and with it
  # every container, with "can't get final child's PID from pipe: EOF".
  restrict_oom_score_adj = true

[${cri}.cni]
  bin_dir = ${quoted(plugins)}
  conf_dir = ${quoted(join(folder, 'cni'))}

[${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[${cri}.containerd.runtimes.runc.options]
  Root = ${quoted(join(folder, 'runc'))}
  SystemdCgroup = false

[${cri}.registry]
  config_path = ${quoted(join(folder, 'certs.d'))}
`;
}

/** JSON's string is a TOML basic string. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

function hostsToml(registry: string): string {
  return `server = "http://${registry}"

[host."http://${registry}"]
  capabilities = ["pull", "resolve"]
`;
}

function network(folder: string): unknown {
  return {
    cniVersion: '0.4.0',
    name: 'infragate',
    plugins: [
      {
        type: 'bridge',
        bridge: BRIDGE,
        isGateway: true,
        hairpinMode: true,
        // Pods reach the node and each other. Without masquerading the plugin leaves no rules behind after a crash.
        ipMasq: false,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: POD_CIDR, gateway: NODE_ADDRESS }]],
          routes: [{ dst: '0.0.0.0/0' }],
          dataDir: join(folder, 'addresses'),
        },
      },
    ],
  };
}

function kubeletConfiguration({ folder, ports }: Layout): unknown {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: NODE_ADDRESS,
    port: ports.kubelet,
    readOnlyPort: 0,
    healthzPort: 0,
    containerRuntimeEndpoint: `unix://${SOCKET}`,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: files.kubeletClient(folder).certificate },
    },
    authorization: { mode: 'Webhook' },
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    // The machine's disk may be nearly full for reasons that are not the sandbox's.
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '100Mi', 'imagefs.available': '100Mi' },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    podLogsDir: join(folder, 'pod-logs'),
    volumePluginDir: join(folder, 'volume-plugins'),
    // What a developer waits for: a changed ConfigMap, a status.
    syncFrequency: '10s',
    nodeStatusUpdateFrequency: '5s',
  };
}

export function kubeletArgs({ folder }: Layout): string[] {
  return [
    `--config=${join(folder, 'kubelet.json')}`,
    `--kubeconfig=${files.componentKubeconfig(folder, 'kubelet')}`,
    `--root-dir=${join(folder, 'kubelet')}`,
    `--cert-dir=${files.certificates(folder)}`,
    `--hostname-override=${NODE_NAME}`,
    `--node-ip=${NODE_ADDRESS}`,
  ];
}

export function kubeProxyArgs({ folder, ports }: Layout): string[] {
  return [
    `--kubeconfig=${files.componentKubeconfig(folder, 'kube-proxy')}`,
    '--proxy-mode=iptables',
    `--cluster-cidr=${POD_CIDR}`,
    `--hostname-override=${NODE_NAME}`,
    `--healthz-bind-address=127.0.0.1:${ports.proxyHealth}`,
    `--metrics-bind-address=127.0.0.1:${ports.proxyMetrics}`,
    // These would write sysctls that a container may not write.
    '--conntrack-max-per-core=0',
    '--conntrack-tcp-timeout-established=0',
    '--conntrack-tcp-timeout-close-wait=0',
  ];
}
