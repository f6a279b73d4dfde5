import type { Part } from '../cast/cast.ts';
import { mirrored, type Site, upstream } from './site.ts';

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
    withClaim(site, 'dify-api', site.cast.application, 'app-storage', '/app/api/storage'),
    withClaim(site, 'redis', site.cast.redis, 'redis-data', '/data'),
    withClaim(site, 'weaviate', site.cast.weaviate, 'weaviate-data', '/var/lib/weaviate'),
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

const indented = (text: string, by: number): string => text.replaceAll('\n', `\n${' '.repeat(by)}`);

/** The smallest object with a part's image: it runs what the part runs, as far as that needs nothing else. */
const pod = (name: string, image: string, container: string): string => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
spec:
  containers:
    - name: ${name}
      image: ${image}
      ${indented(container, 6)}
      resources:
        requests: { cpu: 50m, memory: 32Mi }
        limits: { cpu: 100m, memory: 64Mi }
`;

type From = (site: Site, name: string) => string;

export const redisPod = (site: Site, from: From): string =>
  pod('redis', from(site, site.cast.redis), site.cast.container.redis);

/** The page, of all that is in the application's image: it needs no store. */
export const applicationPod = (site: Site, from: From): string =>
  pod('api', from(site, site.cast.application), site.cast.container['dify-web']);

const deployment = (name: string, image: string, container: string, port: number | undefined): string => {
  const ports = port === undefined ? '' : `\n          ports:\n            - containerPort: ${port}`;
  return `apiVersion: apps/v1
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
          ${indented(container, 10)}${ports}
          resources:
            requests: { cpu: 100m, memory: 32Mi }
            limits: { cpu: 100m, memory: 64Mi }
`;
};

const service = (name: string, port: number): string => `apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector: { app: ${name} }
  ports:
    - port: ${port}
`;

function workload(site: Site, part: Part, image: string): string {
  const port = site.cast.ports[part];
  const runs = deployment(part, mirrored(site, image), site.cast.container[part], port);
  return port === undefined ? runs : [runs, service(part, port)].join('---\n');
}

export const foundation = `apiVersion: v1
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

export const serviceManifests = (site: Site): string =>
  [workload(site, 'redis', site.cast.redis), workload(site, 'weaviate', site.cast.weaviate)].join('---\n');

export const applicationManifests = (site: Site): string =>
  (['dify-api', 'dify-worker', 'dify-web'] as const)
    .map((part) => workload(site, part, site.cast.application))
    .join('---\n');
