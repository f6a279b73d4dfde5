import type { Submitted } from '../../protocol/support/at-gate-p.ts';

/** A plan as one meets it: a web shop with a cache, and with what an approver should see at once. */
export const SHOP: Submitted = {
  files: {
    'config.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: shop-config }
data:
  GREETING: "<img src=x onerror=alert(1)> \\u202Ehello"
  CACHE: shop-cache:6379
`,
    'cache.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: shop-cache, labels: { app: shop-cache } }
spec:
  replicas: 1
  selector: { matchLabels: { app: shop-cache } }
  template:
    metadata: { labels: { app: shop-cache } }
    spec:
      containers:
        - name: redis
          image: docker.io/library/redis:7
          ports: [{ containerPort: 6379 }]
---
apiVersion: v1
kind: Service
metadata: { name: shop-cache }
spec:
  selector: { app: shop-cache }
  ports: [{ port: 6379 }]
`,
    'web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: shop, labels: { app: shop } }
spec:
  replicas: 2
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      containers:
        - name: web
          image: docker.io/library/redis:7
          securityContext: { privileged: true }
          envFrom: [{ configMapRef: { name: shop-config } }]
          volumeMounts: [{ name: logs, mountPath: /logs }]
      volumes: [{ name: logs, hostPath: { path: /var/log } }]
`,
  },
  plan: `component: web
target: shop
phase_1:
  name: Configuration and cache
  resources: [config.yaml, cache.yaml]
  validation_commands: [kubectl get deployment shop-cache]
  success_criteria: ["Deployment/shop-cache: ready"]
  rollback: [undo]
phase_2:
  name: The shop itself
  resources: [web.yaml]
  validation_commands: [kubectl get deployment shop]
  success_criteria: ["Deployment/shop: ready"]
  rollback: [undo]
validation: "none: a test"
risks:
  - risk: the cache is lost when its Pod moves
    mitigation: it fills again within a minute
rollback_strategy: in reverse order
`,
};
