import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What the agent of the story works with: the upstream document, its manifests and its plan, written into a workspace. */
export type Site = { readonly registry: string; readonly namespace: string };

/** Where upstream's images come from, and where the cluster's policy wants them to come from. */
export const upstream = (site: Site, name: string) => `${site.registry}/upstream/${name}`;
export const mirrored = (site: Site, name: string) => `${site.registry}/mirror/${name}`;

export const APPLICATION = 'dify-api:1.4.0';
export const SERVICES = ['redis:7.2', 'weaviate:1.27.0'] as const;

/** A Docker Compose file the way upstream writes it: images of upstream's own, data in bind mounts. */
export const compose = (site: Site): string => `# Dify with Docker Compose
services:
  api:
    image: ${upstream(site, APPLICATION)}
    restart: always
    environment:
      MODE: api
      DB_HOST: db
    volumes:
      - ./volumes/app/storage:/app/api/storage
  worker:
    image: ${upstream(site, APPLICATION)}
    restart: always
    environment:
      MODE: worker
  redis:
    image: ${upstream(site, SERVICES[0])}
    restart: always
    volumes:
      - ./volumes/redis/data:/data
  weaviate:
    image: ${upstream(site, SERVICES[1])}
    restart: always
    volumes:
      - ./volumes/weaviate:/var/lib/weaviate
`;

const claim = (name: string) => `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: ${name}
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 1Gi
`;

const withClaim = (
  site: Site,
  name: string,
  image: string,
  claimName: string,
  path: string,
): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  selector:
    matchLabels: { app: ${name} }
  template:
    metadata:
      labels: { app: ${name} }
    spec:
      containers:
        - name: ${name}
          image: ${upstream(site, image)}
          volumeMounts:
            - { name: data, mountPath: ${path} }
      volumes:
        - name: data
          persistentVolumeClaim: { claimName: ${claimName} }
`;

/** The adjustment of the bind mounts: the same data in claims that the cluster provisions. */
export const claims = (site: Site): string =>
  [
    ...['app-storage', 'redis-data', 'weaviate-data'].map(claim),
    withClaim(site, 'dify-api', APPLICATION, 'app-storage', '/app/api/storage'),
    withClaim(site, 'redis', SERVICES[0], 'redis-data', '/data'),
    withClaim(site, 'weaviate', SERVICES[1], 'weaviate-data', '/var/lib/weaviate'),
  ].join('---\n');

export const database = (name: string): string => `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: ${name}
spec:
  instances: 1
  storage:
    size: 1Gi
`;

export const pod = (name: string, image: string): string => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
spec:
  containers:
    - name: ${name}
      image: ${image}
      command: [sleep, "3600"]
      resources:
        requests: { cpu: 50m, memory: 32Mi }
        limits: { cpu: 100m, memory: 64Mi }
`;

const workload = (name: string, image: string, port: number, cpu: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: { app: ${name} }
spec:
  replicas: 1
  selector:
    matchLabels: { app: ${name} }
  template:
    metadata:
      labels: { app: ${name} }
    spec:
      serviceAccountName: dify
      containers:
        - name: ${name}
          image: ${image}
          command: [sleep, "3600"]
          ports:
            - containerPort: ${port}
          resources:
            requests: { cpu: ${cpu}, memory: 32Mi }
            limits: { cpu: ${cpu}, memory: 64Mi }
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector: { app: ${name} }
  ports:
    - port: ${port}
`;

const foundation = `apiVersion: v1
kind: ServiceAccount
metadata:
  name: dify
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: dify-config
data:
  MODE: production
  DB_HOST: dify-db-rw
`;

export const applicationManifests = (site: Site, replicasNote = ''): string =>
  [
    `${replicasNote}${workload('dify-api', mirrored(site, APPLICATION), 5001, '100m')}`,
    workload('dify-worker', mirrored(site, APPLICATION), 5002, '100m'),
    workload('dify-web', mirrored(site, APPLICATION), 3000, '100m'),
  ].join('---\n');

/** The plan of the worked example: four phases, in the workflow's own form. */
export const planFile = (site: Site): string => `component: Dify
target: ${site.namespace}
estimated_minutes: 45
phase_1:
  name: Namespace and secrets
  commit: after
  resources: [manifests/1-foundation.yaml]
  validation_commands:
    - kubectl get configmap dify-config -o jsonpath={.data.MODE}
  success_criteria:
    - "ConfigMap/dify-config: create"
    - "ServiceAccount/dify: create"
  rollback:
    - kubectl delete -f manifests/1-foundation.yaml --ignore-not-found
phase_2:
  name: Database
  commit: after
  resources: [manifests/2-database.yaml]
  validation_commands:
    - kubectl get clusters.postgresql.cnpg.io dify-db
  success_criteria:
    - "Cluster/dify-db: condition=Ready"
  rollback:
    - kubectl delete -f manifests/2-database.yaml --ignore-not-found
  timeout: 120s
phase_3:
  name: Supporting services
  commit: after
  resources: [manifests/3-services.yaml]
  validation_commands:
    - kubectl rollout status deployment/redis --timeout=60s
    - kubectl rollout status deployment/weaviate --timeout=60s
  success_criteria:
    - "Deployment/redis: Deployment available"
    - "Deployment/weaviate: Deployment available"
  rollback:
    - kubectl delete -f manifests/3-services.yaml --ignore-not-found
phase_4:
  name: Application deployments
  commit: after
  resources: [manifests/4-application.yaml]
  validation_commands:
    - kubectl get deployment dify-api dify-worker dify-web
  success_criteria:
    - "Deployment/dify-api: Deployment available"
    - "Deployment/dify-worker: Deployment available"
    - "Deployment/dify-web: Deployment available"
  rollback:
    - kubectl delete -f manifests/4-application.yaml --ignore-not-found
  timeout: 45s
validation:
  static:
    - test -s manifests/4-application.yaml
  health:
    - kubectl get endpoints dify-api -o jsonpath={.metadata.name}
  functional:
    - kubectl get deployment dify-api -o jsonpath={.status.availableReplicas}
risks:
  - risk: the database's data is lost when phase 2 is rolled back
    mitigation: a backup is taken before the rollback once there is data
rollback_strategy: phases are rolled back in reverse order; what existed before is restored
`;

export async function writeWorkspace(folder: string, site: Site): Promise<void> {
  const files: Record<string, string> = {
    'upstream/docker-compose.yaml': compose(site),
    'manifests/1-foundation.yaml': foundation,
    'manifests/2-database.yaml': database('dify-db'),
    'manifests/3-services.yaml': [
      workload('redis', mirrored(site, SERVICES[0]), 6379, '100m'),
      workload('weaviate', mirrored(site, SERVICES[1]), 8080, '100m'),
    ].join('---\n'),
    'manifests/4-application.yaml': applicationManifests(site),
    'plan.yaml': planFile(site),
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}
