import type { Cast } from './cast.ts';

/** Its credentials are in the Secret that the operator makes for the database's own application. */
const SECRET = 'dify-db-app';
const credential = (variable: string, key: string) =>
  `- { name: ${variable}, valueFrom: { secretKeyRef: { name: ${SECRET}, key: ${key} } } }`;

const STORES = `envFrom: [{ configMapRef: { name: dify-config } }]
env:
  ${credential('DB_USER', 'username')}
  ${credential('DB_PASSWORD', 'password')}
  ${credential('DB_NAME', 'dbname')}`;

const asked = (path: string, port: number) => `readinessProbe:
  httpGet: { path: ${path}, port: ${port} }
  periodSeconds: 2
  timeoutSeconds: 5`;

/** What the demo really runs on a kubelet; `images` says what each of them is. */
export const real: Cast = {
  application: 'dify-api:1.4.0',
  redis: 'redis:7.0',
  weaviate: 'weaviate:1.27.0',
  container: {
    'dify-api': `args: [api]\n${STORES}\n${asked('/health', 5001)}`,
    'dify-worker': `args: [worker]\n${STORES}`,
    'dify-web': `args: [web]\n${asked('/alive', 3000)}`,
    redis: `args: [--bind, 0.0.0.0, --protected-mode, "no", --save, ""]
readinessProbe:
  tcpSocket: { port: 6379 }
  periodSeconds: 2`,
    weaviate: `args: [vectors]\n${asked('/ready', 8080)}`,
  },
  ports: { 'dify-api': 5001, 'dify-web': 3000, redis: 6379, weaviate: 8080 },
  // A database is set up meanwhile, on the same processors.
  patience: '150s',
  health: ['service/dify-api:5001/health', 'service/dify-web:3000/', 'service/weaviate:8080/ready'],
  functional: ['kubectl get --raw /api/v1/namespaces/dify/services/dify-api:5001/proxy/notes'],
  secrets: { [SECRET]: ['username', 'password', 'dbname'] },
  operators: ['cloudnative-pg'],
  rehearses: true,
  images:
    "redis is Debian's redis-server; Dify's and Weaviate's parts are played by a program of this demo that does such work: an API and a worker over PostgreSQL and Redis, a page over the API, a vector store",
};
