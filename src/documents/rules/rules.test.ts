import { describe, expect, it } from 'vitest';
import { extract } from '../extract/index.ts';
import type { ClusterFacts } from '../facts.ts';
import { factsOf } from '../fixture.ts';
import { kindOf } from '../kind.ts';
import { RULES, ruleById } from './index.ts';
import type { Severity } from './rule.ts';

const bare = { storageClasses: [], ingressClasses: [], loadBalancer: 'no', nodes: [] } as const;
const node = (architecture: string, allocatable: Record<string, string>) => ({ architecture, allocatable });

/** Clusters the rules are tried against. */
const CLUSTERS = {
  /** Kubernetes without anything enforced and without storage, ingress or load balancer. */
  plain: factsOf({
    ...bare,
    storageClasses: [],
    ingressClasses: [],
    nodes: [node('amd64', { cpu: '4', memory: '8Gi' })],
    kubernetes: 'v1.30.2',
    missing: ['policy/v1beta1/PodDisruptionBudget'],
    images: { 'quay.io/a/b:1': 'NotFound' },
  }),
  baseline: factsOf({ ...bare, storageClasses: [], ingressClasses: [], nodes: [], podSecurity: 'baseline' }),
  configured: factsOf({
    ...bare,
    storageClasses: [],
    ingressClasses: [],
    nodes: [],
    podSecurity: 'restricted',
    configs: {
      'reg.example/root:1': { ports: [80], volumes: ['/data'] },
      'reg.example/named:1': { user: 'app', environment: { HOME: '/root' } },
      'reg.example/number:1': { user: '1001:0', ports: [8080] },
      'reg.example/s6:1': { entrypoint: ['/init'] },
    },
  }),
  restricted: factsOf({ ...bare, storageClasses: [], ingressClasses: [], nodes: [], podSecurity: 'restricted' }),
  openshift: factsOf({
    ...bare,
    storageClasses: [],
    ingressClasses: ['openshift-default'],
    nodes: [node('arm64', { cpu: '8', memory: '16Gi' })],
    kubernetes: 'v1.31.1',
    openshift: '4.18.1',
  }),
  rich: factsOf({
    storageClasses: [
      { name: 'fast', default: true, provisioner: 'csi.example.com', accessModes: ['ReadWriteOnce', 'ReadWriteMany'] },
    ],
    ingressClasses: ['nginx'],
    loadBalancer: 'yes',
    kubernetes: 'v1.37.2',
    podSecurity: 'privileged',
    nodes: [node('amd64', { cpu: '64', memory: '256Gi', 'nvidia.com/gpu': '2' })],
    images: { '*': 'Pullable' },
  }),
  blind: factsOf({
    ...bare,
    storageClasses: [],
    ingressClasses: [],
    nodes: [],
    loadBalancer: 'unknown',
    unknown: [
      'storageClasses: forbidden',
      'openshift: forbidden',
      'kubernetes: no answer',
      'nodes: forbidden',
      'ingressClasses: forbidden',
      'podSecurity: forbidden',
      'images: no registry client',
      'apis: no answer',
    ],
  }),
} satisfies Record<string, ClusterFacts>;

const service = (fields: string, name = 'app') =>
  `services:\n  ${name}:\n    image: quay.io/a/b:1\n${fields
    .split('\n')
    .map((l) => `    ${l}`)
    .join('\n')}\n`;
const pod = (spec: string, container = '') =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n${
    spec === ''
      ? ''
      : `${spec
          .split('\n')
          .map((l) => `  ${l}`)
          .join('\n')}\n`
  }  containers:\n  - name: c\n    image: quay.io/a/b:1\n${container
    .split('\n')
    .map((l) => `    ${l}`)
    .join('\n')}\n`;
const shell = (text: string) => `# Install\n\n\`\`\`sh\n${text}\n\`\`\`\n`;
const values = (text: string) => `# Values\n\n\`\`\`yaml\n${text}\n\`\`\`\n`;
const pvc = (spec: string) => `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: d}\nspec: {${spec}}\n`;
const k8sService = (spec: string, annotations = '{}') =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: s, annotations: ${annotations}}\nspec: {${spec}}\n`;
const ingress = (spec: string, annotations = '{}') =>
  `apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, annotations: ${annotations}}\nspec: {${spec}}\n`;

/** rule, document, cluster, the severity it must give there (undefined: it must be silent). */
const CASES: readonly (readonly [string, string, keyof typeof CLUSTERS, Severity | undefined])[] = [
  ['image-unavailable', service(''), 'plain', 'HIGH'],
  ['image-unavailable', service(''), 'rich', 'NONE'],
  ['image-unavailable', service(''), 'blind', 'UNKNOWN'],
  ['image-unavailable', shell('docker run -d --name x quay.io/a/b:1'), 'plain', 'HIGH'],
  ['docker-hub', 'services: {a: {image: "redis:7"}}', 'rich', 'MEDIUM'],
  ['docker-hub', service(''), 'plain', undefined],
  ['latest-tag', 'services: {a: {image: quay.io/a/b}}', 'plain', 'MEDIUM'],
  ['latest-tag', `services: {a: {image: "quay.io/a/b@sha256:${'a'.repeat(64)}"}}`, 'plain', undefined],
  ['image-built-here', 'services: {a: {build: .}}', 'plain', 'HIGH'],
  ['image-built-here', service('build: .'), 'plain', 'MEDIUM'],
  ['image-built-here', service(''), 'plain', undefined],
  ['image-on-this-machine', pod('', 'imagePullPolicy: Never'), 'plain', 'HIGH'],
  ['image-on-this-machine', shell('kind load docker-image app:dev'), 'plain', 'HIGH'],
  ['image-on-this-machine', pod('', 'imagePullPolicy: Always'), 'plain', undefined],
  ['architecture', service('platform: linux/amd64'), 'openshift', 'HIGH'],
  ['architecture', service('platform: linux/amd64'), 'rich', 'NONE'],
  ['architecture', 'Runs on x86_64 only.', 'openshift', 'HIGH'],
  ['architecture', 'Runs on x86_64 only.', 'blind', 'UNKNOWN'],
  ['pull-credentials', shell('docker login registry.example.com'), 'plain', 'MEDIUM'],
  ['pull-credentials', pod('imagePullSecrets: [{name: regcred}]'), 'plain', 'LOW'],
  ['pull-credentials', pod(''), 'plain', undefined],

  ['bind-mount', service('volumes: ["./data:/data"]'), 'rich', 'HIGH'],
  ['bind-mount', service('volumes: [{type: bind, source: /srv/x, target: /x}]'), 'rich', 'HIGH'],
  ['bind-mount', service('volumes: ["data:/data"]'), 'rich', undefined],
  ['bind-mount', service('volumes: ["/var/run/docker.sock:/var/run/docker.sock"]'), 'rich', undefined],
  ['named-volume', service('volumes: ["data:/data"]'), 'plain', 'HIGH'],
  ['named-volume', service('volumes: ["data:/data"]'), 'rich', 'MEDIUM'],
  ['named-volume', service('volumes: ["data:/data"]'), 'blind', 'UNKNOWN'],
  [
    'shared-volume',
    'services: {a: {image: x, volumes: ["data:/d"]}, b: {image: x, volumes: ["data:/d"]}}',
    'plain',
    'HIGH',
  ],
  [
    'shared-volume',
    'services: {a: {image: x, volumes: ["data:/d"]}, b: {image: x, volumes: ["data:/d"]}}',
    'rich',
    'NONE',
  ],
  [
    'shared-volume',
    'services: {a: {image: x, volumes: ["data:/d"]}, b: {image: x, volumes: ["data:/d:ro"]}}',
    'plain',
    'HIGH',
  ],
  [
    'shared-volume',
    'services: {a: {image: x, volumes: ["data:/d"]}, b: {image: x, volumes: ["else:/d"]}}',
    'plain',
    undefined,
  ],
  ['host-path', pod('volumes: [{name: d, hostPath: {path: /srv/data}}]'), 'plain', 'HIGH'],
  ['host-path', pod('volumes: [{name: d, hostPath: {path: /proc}}]'), 'plain', 'MEDIUM'],
  ['host-path', pod('volumes: [{name: d, emptyDir: {}}]'), 'plain', undefined],
  ['storage-class-missing', pvc('storageClassName: gp2'), 'rich', 'HIGH'],
  ['storage-class-missing', pvc('storageClassName: fast'), 'rich', 'NONE'],
  ['storage-class-missing', pvc('storageClassName: gp2'), 'blind', 'UNKNOWN'],
  ['storage-class-missing', shell('helm install x y/z --set persistence.storageClass=gp2'), 'plain', 'HIGH'],
  ['no-default-storage-class', pvc('accessModes: [ReadWriteOnce]'), 'plain', 'HIGH'],
  ['no-default-storage-class', pvc('accessModes: [ReadWriteOnce]'), 'rich', 'NONE'],
  ['no-default-storage-class', 'A default StorageClass is required.', 'plain', 'HIGH'],
  ['no-default-storage-class', pvc('storageClassName: fast'), 'plain', undefined],
  ['read-write-many', pvc('accessModes: [ReadWriteMany]'), 'plain', 'HIGH'],
  ['read-write-many', pvc('accessModes: [ReadWriteMany]'), 'rich', 'NONE'],
  ['read-write-many', pvc('accessModes: [ReadWriteOnce]'), 'plain', undefined],
  [
    'storage-provisioner-missing',
    'apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: x}\nprovisioner: ebs.csi.aws.com\n',
    'rich',
    'HIGH',
  ],
  [
    'storage-provisioner-missing',
    'apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: x}\nprovisioner: csi.example.com\n',
    'rich',
    'LOW',
  ],
  [
    'static-persistent-volume',
    'apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: x}\nspec: {}\n',
    'rich',
    'MEDIUM',
  ],
  ['static-persistent-volume', pvc(''), 'rich', undefined],
  [
    'ephemeral-data',
    pod('volumes: [{name: d, emptyDir: {}}]', 'volumeMounts: [{name: d, mountPath: /var/lib/postgresql/data}]'),
    'rich',
    'HIGH',
  ],
  [
    'ephemeral-data',
    pod('volumes: [{name: d, emptyDir: {}}]', 'volumeMounts: [{name: d, mountPath: /tmp}]'),
    'rich',
    undefined,
  ],
  ['ephemeral-data', values('redis:\n  persistence:\n    enabled: false'), 'rich', 'MEDIUM'],
  ['compose-tmpfs', service('shm_size: 1gb'), 'rich', 'MEDIUM'],
  ['compose-tmpfs', service('tmpfs: /run'), 'rich', 'LOW'],
  ['compose-tmpfs', service(''), 'rich', undefined],

  ['docker-socket', service('volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]'), 'rich', 'HIGH'],
  ['docker-socket', pod('volumes: [{name: s, hostPath: {path: /var/run/docker.sock}}]'), 'rich', 'HIGH'],
  ['docker-socket', service('volumes: ["./sock:/var/run/x"]'), 'rich', undefined],
  ['privileged', service('privileged: true'), 'openshift', 'HIGH'],
  ['privileged', service('privileged: true'), 'baseline', 'HIGH'],
  ['privileged', service('privileged: true'), 'plain', 'MEDIUM'],
  ['privileged', service('privileged: true'), 'blind', 'UNKNOWN'],
  ['privileged', pod('', 'securityContext: {privileged: false}'), 'openshift', undefined],
  // kubectl, Helm and compose take YAML 1.1's words for true.
  ['privileged', pod('', 'securityContext: {privileged: yes}'), 'openshift', 'HIGH'],
  ['privileged', service('privileged: on'), 'openshift', 'HIGH'],
  ['root-user', service('user: root'), 'openshift', 'HIGH'],
  ['root-user', service('user: "0:0"'), 'restricted', 'HIGH'],
  ['root-user', service('user: root'), 'baseline', 'NONE'],
  ['root-user', pod('securityContext: {runAsUser: 0}'), 'openshift', 'HIGH'],
  ['root-user', pod('securityContext: {runAsUser: 0}', 'securityContext: {runAsUser: 1000}'), 'openshift', undefined],
  ['image-runs-as-root', 'services: {web: {image: "nginx:1.27"}}', 'openshift', 'HIGH'],
  ['image-runs-as-root', 'services: {web: {image: "nginxinc/nginx-unprivileged:1"}}', 'openshift', undefined],
  ['image-runs-as-root', 'services: {db: {image: "postgres:15"}}', 'openshift', 'HIGH'],
  [
    'image-runs-as-root',
    'services: {db: {image: "postgres:15", environment: {PGDATA: /data/pg}}}',
    'openshift',
    undefined,
  ],
  ['image-runs-as-root', 'services: {web: {image: "nginx:1.27"}}', 'plain', 'NONE'],
  ['fixed-user-id', pod('securityContext: {fsGroup: 1001}'), 'openshift', 'HIGH'],
  ['fixed-user-id', service('user: "1000:1000"'), 'openshift', 'HIGH'],
  ['fixed-user-id', pod('securityContext: {fsGroup: 1001}'), 'plain', 'NONE'],
  ['fixed-user-id', pod('securityContext: {fsGroup: 1001}'), 'blind', 'UNKNOWN'],
  ['capabilities', service('cap_add: [NET_ADMIN]'), 'baseline', 'HIGH'],
  ['capabilities', service('cap_add: [CHOWN]'), 'baseline', 'MEDIUM'],
  ['capabilities', service('cap_add: [CHOWN]'), 'restricted', 'HIGH'],
  ['capabilities', service('cap_add: [NET_BIND_SERVICE]'), 'restricted', undefined],
  ['restricted-fields', pod(''), 'restricted', 'HIGH'],
  [
    'restricted-fields',
    pod(
      'securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}',
      'securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}',
    ),
    'restricted',
    undefined,
  ],
  ['restricted-fields', pod(''), 'openshift', undefined],
  ['privilege-escalation', pod('', 'securityContext: {allowPrivilegeEscalation: true}'), 'restricted', 'HIGH'],
  ['privilege-escalation', pod('', 'securityContext: {allowPrivilegeEscalation: false}'), 'restricted', undefined],
  ['security-options', service('security_opt: ["seccomp:unconfined"]'), 'openshift', 'HIGH'],
  ['security-options', service('security_opt: ["no-new-privileges:true"]'), 'openshift', undefined],
  ['host-namespaces', service('pid: host'), 'openshift', 'HIGH'],
  ['host-namespaces', pod('hostPID: true'), 'baseline', 'HIGH'],
  ['host-namespaces', pod(''), 'baseline', undefined],
  ['host-devices', service('devices: ["/dev/fuse:/dev/fuse"]'), 'rich', 'HIGH'],
  ['host-devices', service(''), 'rich', undefined],
  ['sysctls', service('sysctls: {net.core.somaxconn: 1024}'), 'plain', 'HIGH'],
  ['sysctls', service('sysctls: {net.ipv4.tcp_syncookies: 0}'), 'plain', undefined],
  ['sysctls', shell('sudo sysctl -w vm.max_map_count=262144'), 'plain', 'MEDIUM'],
  ['scc-grant', shell('oc adm policy add-scc-to-user anyuid -z default'), 'openshift', 'MEDIUM'],
  ['scc-grant', shell('oc adm policy add-scc-to-user anyuid -z default'), 'plain', 'HIGH'],
  ['scc-grant', shell('oc get pods'), 'plain', undefined],
  [
    'cluster-scoped-objects',
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: x}\n',
    'rich',
    'MEDIUM',
  ],
  [
    'cluster-scoped-objects',
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: x}\n',
    'rich',
    undefined,
  ],

  ['host-network', service('network_mode: host'), 'openshift', 'HIGH'],
  ['host-network', pod('hostNetwork: true'), 'baseline', 'HIGH'],
  ['host-network', pod('hostNetwork: true'), 'plain', 'MEDIUM'],
  ['host-network', service('network_mode: bridge'), 'openshift', undefined],
  ['host-port', pod('', 'ports: [{containerPort: 8080, hostPort: 80}]'), 'baseline', 'HIGH'],
  ['host-port', pod('', 'ports: [{containerPort: 8080}]'), 'baseline', undefined],
  ['privileged-port', service('ports: ["8080:80"]'), 'openshift', 'HIGH'],
  ['privileged-port', pod('', 'ports: [{containerPort: 443}]'), 'restricted', 'HIGH'],
  ['privileged-port', service('ports: ["80:8080"]'), 'openshift', undefined],
  ['privileged-port', service('ports: ["8080:80"]'), 'plain', 'NONE'],
  ['published-ports', service('ports: ["8080:8080"]'), 'rich', 'MEDIUM'],
  ['published-ports', service('expose: ["8080"]'), 'rich', undefined],
  ['load-balancer', k8sService('type: LoadBalancer'), 'plain', 'HIGH'],
  ['load-balancer', k8sService('type: LoadBalancer'), 'rich', 'NONE'],
  ['load-balancer', k8sService('type: LoadBalancer'), 'blind', 'UNKNOWN'],
  ['load-balancer', k8sService('type: ClusterIP'), 'plain', undefined],
  ['load-balancer', 'It does not require a LoadBalancer.', 'plain', undefined],
  ['node-port', k8sService('type: NodePort'), 'plain', 'MEDIUM'],
  ['node-port', k8sService('type: ClusterIP'), 'plain', undefined],
  ['ingress-class-missing', ingress('ingressClassName: nginx'), 'openshift', 'HIGH'],
  ['ingress-class-missing', ingress('ingressClassName: nginx'), 'rich', 'NONE'],
  ['ingress-class-missing', ingress('ingressClassName: nginx'), 'blind', 'UNKNOWN'],
  ['ingress-without-controller', ingress('rules: []'), 'plain', 'HIGH'],
  ['ingress-without-controller', ingress('rules: []'), 'rich', 'LOW'],
  ['ingress-without-controller', ingress('ingressClassName: nginx'), 'plain', undefined],
  [
    'ingress-annotations',
    ingress('rules: []', '{nginx.ingress.kubernetes.io/proxy-body-size: 8m}'),
    'openshift',
    'MEDIUM',
  ],
  ['ingress-annotations', ingress('rules: []', '{nginx.ingress.kubernetes.io/proxy-body-size: 8m}'), 'rich', undefined],
  [
    'cloud-annotations',
    k8sService('type: ClusterIP', '{service.beta.kubernetes.io/aws-load-balancer-type: nlb}'),
    'rich',
    'MEDIUM',
  ],
  ['cloud-annotations', k8sService('type: ClusterIP', '{prometheus.io/scrape: "true"}'), 'rich', undefined],
  ['host-address', service('environment: {DB: "postgres://host.docker.internal/x"}'), 'rich', 'HIGH'],
  ['host-address', service('extra_hosts: ["somehost:10.1.1.1"]'), 'rich', 'MEDIUM'],
  ['host-address', service('environment: {DB: "postgres://db/x"}'), 'rich', undefined],
  ['static-addresses', service('networks: {n: {ipv4_address: 172.20.0.5}}'), 'rich', 'MEDIUM'],
  ['static-addresses', service('networks: [n]'), 'rich', undefined],
  ['network-isolation', `${service('networks: [n]')}networks: {n: {internal: true}}\n`, 'rich', 'MEDIUM'],
  ['network-isolation', `${service('networks: [n]')}networks: {n: {}}\n`, 'rich', undefined],
  ['placeholder-host', ingress('rules: [{host: app.example.com}]'), 'rich', 'LOW'],
  ['placeholder-host', ingress('rules: [{host: app.corp.net}]'), 'rich', undefined],
  ['outbound-access', pod('', 'command: [sh, -c, "pip install x && run"]'), 'rich', 'MEDIUM'],
  ['outbound-access', shell('helm repo add x https://charts.example.com'), 'rich', 'MEDIUM'],
  ['outbound-access', pod('', 'command: [sh, -c, run]'), 'rich', undefined],

  ['bind-mount', shell('docker run -d --name x \\\n  -v /srv/data:/data quay.io/a/b:1'), 'rich', 'HIGH'],
  ['bind-mount', shell('docker run --mount type=bind,source=/srv,target=/x quay.io/a/b:1'), 'rich', 'HIGH'],
  ['privileged', shell('docker run --rm -it --privileged quay.io/a/b:1'), 'openshift', 'HIGH'],
  ['root-user', shell('docker run -u root quay.io/a/b:1 sh -c "x -u root"'), 'openshift', 'HIGH'],
  ['root-user', shell('docker run quay.io/a/b:1 -u root'), 'openshift', undefined],
  ['published-ports', shell('docker run -p9092:9092 quay.io/a/b:1'), 'rich', 'MEDIUM'],
  ['sysctls', '<p>Run <code>sysctl -w net.core.somaxconn=1024</code> first.</p>', 'rich', 'MEDIUM'],
  [
    'root-user',
    '<html><pre><div>services:</div><div>  a:</div><div>    image: x</div><div>    user: root</div></pre></html>',
    'openshift',
    'HIGH',
  ],
  ['compose-file', service(''), 'rich', 'MEDIUM'],
  ['compose-file', shell('docker compose up -d'), 'rich', 'MEDIUM'],
  ['compose-file', pod(''), 'rich', undefined],
  ['depends-on-condition', service('depends_on: {db: {condition: service_healthy}}'), 'rich', 'MEDIUM'],
  ['depends-on-condition', service('depends_on: [db]'), 'rich', undefined],
  ['depends-on', service('depends_on: [db]'), 'rich', 'LOW'],
  ['depends-on', service(''), 'rich', undefined],
  ['healthcheck', service('healthcheck: {test: [CMD, "true"]}'), 'rich', 'MEDIUM'],
  ['healthcheck', service('healthcheck: {disable: true}'), 'rich', undefined],
  ['restart-policy', service('restart: "no"'), 'rich', 'MEDIUM'],
  ['restart-policy', service('restart: unless-stopped'), 'rich', undefined],
  ['env-file', service('env_file: .env'), 'rich', 'HIGH'],
  ['env-file', service('environment: {A: b}'), 'rich', undefined],
  ['secrets-in-environment', service('environment: {DB_PASSWORD: hunter2}'), 'rich', 'MEDIUM'],
  ['secrets-in-environment', service(`environment: {DB_PASSWORD: "$${'{DB_PASSWORD:?required}'}"}`), 'rich', undefined],
  ['compose-secrets', service('secrets: [db]'), 'rich', 'HIGH'],
  ['compose-secrets', service(''), 'rich', undefined],
  ['ulimits', service('ulimits: {memlock: -1}'), 'rich', 'MEDIUM'],
  ['ulimits', service(''), 'rich', undefined],
  ['container-name', service('container_name: x'), 'rich', 'LOW'],
  ['container-name', service(''), 'rich', undefined],
  ['compose-logging', service('logging: {driver: syslog}'), 'rich', 'LOW'],
  ['compose-logging', service(''), 'rich', undefined],
  ['compose-profiles', service('profiles: [dev]'), 'rich', 'LOW'],
  ['compose-profiles', service(''), 'rich', undefined],

  ['api-missing', 'apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: x}\n', 'plain', 'HIGH'],
  ['api-missing', 'apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: x}\n', 'plain', 'NONE'],
  ['kubernetes-version', 'Requires Kubernetes 1.31+', 'plain', 'HIGH'],
  ['kubernetes-version', 'Requires Kubernetes >= 1.24.', 'plain', 'NONE'],
  ['kubernetes-version', 'Tested on Kubernetes 1.24 - 1.28', 'plain', 'MEDIUM'],
  ['kubernetes-version', 'Requires Kubernetes 1.31+', 'blind', 'UNKNOWN'],
  ['kubernetes-version', 'Kubernetes has been with us since 2014.', 'plain', undefined],
  ['openshift-version', 'Requires OpenShift 4.20 or later', 'openshift', 'HIGH'],
  ['openshift-version', 'Requires OpenShift 4.12 or later', 'openshift', 'NONE'],
  ['openshift-version', 'Requires OpenShift 4.12 or later', 'plain', 'HIGH'],
  ['openshift-version', 'Requires OpenShift 4.12 or later', 'blind', 'UNKNOWN'],
  ['service-version', 'Requires PostgreSQL 15 or newer', 'rich', 'MEDIUM'],
  [
    'service-version',
    values('postgresql: {image: "docker.io/postgres:16"}').concat('\nRequires PostgreSQL 15 or newer\n'),
    'rich',
    'NONE',
  ],
  ['client-tools', 'Requires Helm 3.8.0+', 'rich', 'LOW'],
  ['client-tools', 'Steer with the helm.', 'rich', undefined],
  ['openshift-commands', shell('oc new-app nginx'), 'plain', 'MEDIUM'],
  ['openshift-commands', shell('oc new-app nginx'), 'openshift', undefined],
  ['local-cluster-commands', shell('minikube addons enable ingress'), 'rich', 'MEDIUM'],
  ['local-cluster-commands', shell('kubectl get pods'), 'rich', undefined],
  ['cloud-commands', shell('gcloud compute disks create d'), 'rich', 'MEDIUM'],
  ['cloud-commands', shell('kubectl get pods'), 'rich', undefined],
  ['node-commands', shell('systemctl restart kubelet'), 'rich', 'MEDIUM'],
  ['node-commands', shell('mkdir build'), 'rich', undefined],

  ['request-too-big', pod('', 'resources: {requests: {memory: 64Gi}}'), 'plain', 'HIGH'],
  ['request-too-big', pod('', 'resources: {requests: {memory: 64Gi}}'), 'rich', undefined],
  ['request-too-big', pod('', 'resources: {requests: {memory: 64Gi}}'), 'blind', 'UNKNOWN'],
  ['capacity', 'You need at least 16 GB RAM.', 'plain', 'HIGH'],
  ['capacity', 'You need at least 16 GB RAM.', 'rich', 'NONE'],
  ['capacity', 'You need at least 16 GB RAM.', 'blind', 'UNKNOWN'],
  ['gpu', pod('', 'resources: {limits: {nvidia.com/gpu: 1}}'), 'plain', 'HIGH'],
  ['gpu', pod('', 'resources: {limits: {nvidia.com/gpu: 1}}'), 'rich', 'NONE'],
  ['gpu', pod(''), 'plain', undefined],
  ['compose-limits', service('mem_limit: 512m'), 'rich', 'LOW'],
  ['compose-limits', service(''), 'rich', undefined],
  ['no-requests', pod(''), 'rich', 'LOW'],
  ['no-requests', pod('', 'resources: {requests: {cpu: 100m}}'), 'rich', undefined],
  ['compose-scale', service('scale: 3'), 'rich', 'LOW'],
  ['compose-scale', service(''), 'rich', undefined],
  ['fixed-namespace', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: prod}\n', 'rich', 'LOW'],
  ['fixed-namespace', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n', 'rich', undefined],
  ['not-read', 'services: {a: {image: x}}\n  b: [', 'rich', 'UNKNOWN'],
  ['not-read', service(''), 'rich', undefined],
  ['image-user', 'services: {a: {image: "reg.example/root:1"}}', 'configured', 'HIGH'],
  ['image-user', 'services: {a: {image: "reg.example/named:1"}}', 'configured', 'HIGH'],
  ['image-user', 'services: {a: {image: "reg.example/named:1", user: "1000"}}', 'configured', undefined],
  ['image-user', 'services: {a: {image: "reg.example/number:1"}}', 'configured', undefined],
  ['image-user', service(''), 'configured', undefined],
  ['image-ports', 'services: {a: {image: "reg.example/root:1"}}', 'configured', 'HIGH'],
  ['image-ports', 'services: {a: {image: "reg.example/root:1", ports: ["80:8080"]}}', 'configured', undefined],
  ['image-volumes', 'services: {a: {image: "reg.example/root:1"}}', 'configured', 'MEDIUM'],
  ['image-volumes', 'services: {a: {image: "reg.example/root:1", volumes: ["d:/data"]}}', 'configured', undefined],
  ['image-entrypoint', 'services: {a: {image: "reg.example/s6:1"}}', 'configured', 'HIGH'],
  ['image-entrypoint', 'services: {a: {image: "reg.example/named:1"}}', 'configured', 'MEDIUM'],
  ['image-entrypoint', 'services: {a: {image: "reg.example/number:1"}}', 'configured', undefined],
  ['image-variable', 'services: {a: {image: "quay.io/a/b:${V}"}}', 'rich', 'UNKNOWN'],
  ['image-variable', 'services: {a: {image: "quay.io/a/b:${V:-1}"}}', 'rich', undefined],
  ['image-variable', 'services: {a: {image: "quay.io/a/b:${V:-${W:-2}}"}}', 'rich', undefined],
  ['needs-root-command', service('command: sh -c "chown -R 1 /data"'), 'openshift', 'HIGH'],
  ['needs-root-command', service('command: sh -c "chown -R 1 /data"'), 'plain', 'NONE'],
  ['needs-root-command', service('command: ["sh", "-c", "apk add --no-cache curl && run"]'), 'openshift', 'HIGH'],
  ['needs-root-command', service('entrypoint: ["gosu", "app", "run"]'), 'openshift', 'HIGH'],
  ['needs-root-command', pod('', 'args: ["apt-get update; run"]'), 'openshift', 'HIGH'],
  ['needs-root-command', service('command: run --mount /data --chown-files=no'), 'openshift', undefined],
  ['writes-etc', service('command: sh -c "envsubst < /t > /etc/nginx/conf.d/default.conf"'), 'openshift', 'HIGH'],
  ['writes-etc', pod('', 'command: [sh, -c, "sed -i s/a/b/ /etc/hosts"]'), 'openshift', 'HIGH'],
  ['writes-etc', service('command: cat /etc/hosts'), 'openshift', undefined],
  ['starts-as-root', service('environment: {PUID: 1000}'), 'openshift', 'HIGH'],
  ['starts-as-root', service('environment: ["PGID=1000"]'), 'rich', 'NONE'],
  ['starts-as-root', 'services: {a: {image: "lscr.io/linuxserver/radarr:5"}}', 'openshift', 'HIGH'],
  ['starts-as-root', pod('', 'env: [{name: PUID, value: "1000"}]'), 'restricted', 'HIGH'],
  ['starts-as-root', service(''), 'openshift', undefined],
  ['mount-below-root', service('volumes: ["c:/root/.cache"]'), 'openshift', 'HIGH'],
  ['mount-below-root', service('volumes: ["c:/rootfs"]'), 'openshift', undefined],
  ['mount-below-root', pod('', 'volumeMounts: [{name: c, mountPath: /root/.ollama}]'), 'restricted', 'HIGH'],
  ['home-not-writable', service('environment: {HOME: /opt/app}'), 'openshift', 'MEDIUM'],
  ['home-not-writable', service('environment: {HOME: /opt/app}\nvolumes: ["h:/opt/app"]'), 'openshift', undefined],
  ['home-not-writable', pod('', 'env: [{name: HOME, value: /tmp/x}]'), 'openshift', undefined],
  [
    'postgres-on-mount',
    'services: {a: {image: "postgres:16", volumes: ["d:/var/lib/postgresql/data"]}}',
    'rich',
    'HIGH',
  ],
  [
    'postgres-on-mount',
    'services: {a: {image: "postgres:16", volumes: ["d:/var/lib/postgresql/data"], environment: {PGDATA: /var/lib/postgresql/data/pgdata}}}',
    'rich',
    undefined,
  ],
  ['postgres-on-mount', 'services: {a: {image: "postgres:18", volumes: ["d:/var/lib/postgresql"]}}', 'rich', undefined],
  [
    'postgres-on-mount',
    'services: {a: {image: "pgvector/pgvector:pg16", volumes: ["d:/var/lib/postgresql/data"]}}',
    'rich',
    'HIGH',
  ],
  ['postgres-on-mount', service('volumes: ["d:/var/lib/postgresql/data"]'), 'rich', undefined],
  ['volume-filled-from-image', service('volumes: ["c:/var/www/html"]'), 'rich', 'MEDIUM'],
  ['volume-filled-from-image', service('volumes: ["c:/app/node_modules"]'), 'rich', 'MEDIUM'],
  ['volume-filled-from-image', service('volumes: ["c:/app/data"]'), 'rich', undefined],
  ['volume-filled-from-image', service('volumes: ["./c:/var/www/html"]'), 'rich', undefined],
  ['name-not-a-label', service('', 'app_server'), 'rich', 'HIGH'],
  ['name-not-a-label', service('', 'App'), 'rich', 'HIGH'],
  ['name-not-a-label', service('', 'app-2'), 'rich', undefined],
  ['service-links', 'services: {redis: {image: x}, a: {image: x, environment: {REDIS_PORT: 6379}}}', 'rich', 'MEDIUM'],
  ['service-links', 'services: {cache: {image: x}, a: {image: x, environment: {REDIS_PORT: 6379}}}', 'rich', undefined],
  ['docker-resolver', service('environment: {RESOLVER: 127.0.0.11}'), 'rich', 'HIGH'],
  ['docker-resolver', values('nginx:\n  conf: |\n    resolver 127.0.0.11 valid=30s;'), 'rich', 'HIGH'],
  ['docker-resolver', service('environment: {RESOLVER: 127.0.0.1}'), 'rich', undefined],
  ['shared-network-namespace', service('network_mode: "service:vpn"'), 'rich', 'MEDIUM'],
  ['shared-network-namespace', service('network_mode: bridge'), 'rich', undefined],
  ['not-http-port', service('ports: ["51820:51820/udp"]'), 'rich', 'MEDIUM'],
  ['not-http-port', service('ports: ["5432:5432"]'), 'rich', 'MEDIUM'],
  ['not-http-port', service('ports: ["8080:8080"]'), 'rich', undefined],
];

describe('each rule', () => {
  it.each(CASES.map((c, i) => [c[0], c[2], c[3] ?? 'nothing', i] as const))(
    '%s on %s: %s (%i)',
    async (id, cluster, expected, i) => {
      const document = CASES[i]?.[1] ?? '';
      const extracted = await extract([
        { name: 'd', kind: /^</.test(document) ? 'html' : kindOf('d', document), text: document },
      ]);
      const rule = ruleById(id);
      const found = rule?.find(extracted, CLUSTERS[cluster]) ?? [];
      expect(new Set(found.map((f) => f.severity ?? rule?.severity))).toEqual(
        new Set(expected === 'nothing' ? [] : [expected]),
      );
      for (const f of found) {
        expect(f.place.line).toBeGreaterThan(0);
        expect(f.place.quote).not.toBe('');
        expect(f.evidence).not.toBe('');
      }
    },
  );

  it('has a test of its own, a reason and an adjustment', () => {
    const tried = new Set(CASES.map(([id]) => id));
    expect(RULES.filter((rule) => !tried.has(rule.id)).map((rule) => rule.id)).toEqual([]);
    expect(RULES.length).toBeGreaterThanOrEqual(40);
    expect(new Set(RULES.map((r) => r.id)).size).toBe(RULES.length);
    for (const { proof } of RULES) {
      const named = 'rules' in proof ? proof.rules : [];
      expect(named?.filter((id) => ruleById(id) === undefined)).toEqual(named === undefined ? undefined : []);
    }
  });
});
