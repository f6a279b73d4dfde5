// The arguments of each part of the control plane. Pure: places, ports and users in, arguments out.

import { join } from 'node:path';
import type { Nodes } from './state.ts';

export type Layout = {
  folder: string;
  nodes: Nodes;
  /** The address the API server listens on: loopback, or the bridge where Pods have to reach it. */
  host: string;
  ports: {
    api: number;
    client: number;
    peer: number;
    registry: number;
    kubelet: number;
    proxyHealth: number;
    proxyMetrics: number;
  };
  /** False when no controller-manager runs: nothing would ever create the ServiceAccounts that Pods need. */
  controllers: boolean;
};

export const SERVICE_CIDR = '10.96.0.0/16';

export const files = {
  kubeconfig: (folder: string) => join(folder, 'kubeconfig'),
  /** What the components themselves use, each with a user of its own. */
  componentKubeconfig: (folder: string, component: string) => join(folder, 'components', `${component}.kubeconfig`),
  tokens: (folder: string) => join(folder, 'tokens.csv'),
  serviceAccountKey: (folder: string) => join(folder, 'service-account.key'),
  serviceAccountPublic: (folder: string) => join(folder, 'service-account.pub'),
  auditPolicy: (folder: string) => join(folder, 'audit-policy.yaml'),
  auditLog: (folder: string) => join(folder, 'audit.log'),
  certificates: (folder: string) => join(folder, 'certificates'),
  /** Written by the API server itself: its certificate, and below it the authority it made to sign that one. */
  serverCertificate: (folder: string) => join(folder, 'certificates', 'apiserver.crt'),
  authority: (folder: string) => join(folder, 'certificates', 'authority.crt'),
  /** What the API server shows the kubelet. */
  kubeletClient: (folder: string) => ({
    certificate: join(folder, 'certificates', 'kubelet-client.crt'),
    key: join(folder, 'certificates', 'kubelet-client.key'),
  }),
  stages: (folder: string) => join(folder, 'stages.yaml'),
  log: (folder: string, component: string) => join(folder, 'logs', `${component}.log`),
};

export const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
`;

export function etcd({ folder, ports }: Layout): string[] {
  const client = `http://127.0.0.1:${ports.client}`;
  const peer = `http://127.0.0.1:${ports.peer}`;
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // Nothing in a sandbox has to survive a power cut.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

export function apiServer({ folder, nodes, host, ports, controllers }: Layout): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.client}`,
    `--secure-port=${ports.api}`,
    `--bind-address=${host}`,
    `--advertise-address=${host}`,
    `--cert-dir=${files.certificates(folder)}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${files.serviceAccountPublic(folder)}`,
    `--service-account-signing-key-file=${files.serviceAccountKey(folder)}`,
    '--authorization-mode=Node,RBAC',
    `--token-auth-file=${files.tokens(folder)}`,
    `--service-cluster-ip-range=${SERVICE_CIDR}`,
    // Only Pods with a network need the address behind the Service "kubernetes".
    ...(nodes === 'kubelet'
      ? [
          `--kubelet-client-certificate=${files.kubeletClient(folder).certificate}`,
          `--kubelet-client-key=${files.kubeletClient(folder).key}`,
        ]
      : ['--endpoint-reconciler-type=none']),
    // Node names don't resolve here; without this there are no logs and no exec.
    '--kubelet-preferred-address-types=InternalIP',
    '--allow-privileged=true',
    `--audit-policy-file=${files.auditPolicy(folder)}`,
    `--audit-log-path=${files.auditLog(folder)}`,
    // With `batch`, the default, a request may be over before its line is written.
    '--audit-log-mode=blocking-strict',
    ...(controllers ? [] : ['--disable-admission-plugins=ServiceAccount']),
  ];
}

export function controllerManager({ folder, nodes }: Layout): string[] {
  return [
    // kwok's node sends no heartbeats: after 50 s it would be called NotReady, and every Pod on it with it.
    ...(nodes === 'kwok' ? ['--node-monitor-grace-period=240h'] : []),
    `--kubeconfig=${files.componentKubeconfig(folder, 'kube-controller-manager')}`,
    '--use-service-account-credentials',
    '--leader-elect=false',
    '--secure-port=0',
    `--service-account-private-key-file=${files.serviceAccountKey(folder)}`,
    `--root-ca-file=${files.authority(folder)}`,
    // At the default of 20 requests a second, making its own ServiceAccounts takes it five seconds.
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
  ];
}

export function scheduler({ folder }: Layout): string[] {
  return [
    `--kubeconfig=${files.componentKubeconfig(folder, 'kube-scheduler')}`,
    '--leader-elect=false',
    '--secure-port=0',
  ];
}

export function kwok({ folder }: Layout): string[] {
  return [
    `--kubeconfig=${files.componentKubeconfig(folder, 'kwok')}`,
    '--manage-all-nodes',
    `--config=${files.stages(folder)}`,
    '--node-ip=127.0.0.1',
    // No stand-in for the kubelet's own server: two sandboxes would want the same port.
    '--node-port=0',
  ];
}

export function registry({ folder, ports }: Layout, image: { busybox?: string; tiny?: string }): string[] {
  return [
    `--address=127.0.0.1:${ports.registry}`,
    `--blobs=${join(folder, 'blobs')}`,
    ...(image.busybox === undefined ? [] : [`--busybox=${image.busybox}`]),
    ...(image.tiny === undefined ? [] : [`--tiny=${image.tiny}`]),
  ];
}
