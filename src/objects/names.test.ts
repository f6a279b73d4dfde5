import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { imagesOf } from './images.ts';
import { isKubeObject, type KubeObject } from './kube-object.ts';
import { isOfApi, mentionsApi, mentionsImage } from './mentions.ts';
import { inOrder } from './order.ts';
import { ownersOf, treeOf } from './owners.ts';
import { podTemplateOf } from './pod-template.ts';
import { pullSecretsOf, referencesOf, selectorOf, serviceAccountOf } from './references.ts';
import { restarts } from './restarts.ts';

const load = (text: string): KubeObject[] =>
  parseAllDocuments(text)
    .map((d) => d.toJS())
    .filter(isKubeObject);
const said = (object: KubeObject | undefined) =>
  object === undefined
    ? []
    : referencesOf(object).map(
        (r) => `${r.kind} ${r.name}${r.key === undefined ? '' : `#${r.key}`}${r.optional ? '?' : ''}`,
      );

const [web, cron, cluster, ingress, binding, cfg, statefulSet] = load(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    metadata: { labels: { app: web } }
    spec:
      serviceAccountName: web
      priorityClassName: high
      runtimeClassName: gvisor
      imagePullSecrets: [{ name: pull }]
      initContainers: [{ name: migrate, image: "migrate:1", envFrom: [{ configMapRef: { name: env } }] }]
      containers:
        - name: web
          image: quay.io/shop/web:1
          env:
            - { name: A, valueFrom: { secretKeyRef: { name: db, key: password } } }
            - { name: B, valueFrom: { configMapKeyRef: { name: opt, key: b, optional: true } } }
      volumes:
        - { name: data, persistentVolumeClaim: { claimName: data } }
        - { name: tls, secret: { secretName: tls, items: [{ key: tls.crt, path: crt }] } }
        - { name: cfg, projected: { sources: [{ configMap: { name: cfg } }] } }
        - { name: model, image: { reference: "quay.io/shop/model:2" } }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: nightly }
spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: a, image: "job:1" }] } } } } }
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: pg }
spec: { imageName: "registry.local/postgresql:15", storage: { storageClass: fast, size: 1Gi }, imagePullPolicy: Always }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec: { ingressClassName: nginx, tls: [{ secretName: tls }], rules: [{ http: { paths: [{ backend: { service: { name: web } } }] } }] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: web }
roleRef: { kind: Role, name: reader }
subjects: [{ kind: ServiceAccount, name: web, namespace: shop }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: cfg }
data: { image: not-an-image }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec: { serviceName: db, selector: { matchLabels: { app: db } }, volumeClaimTemplates: [{ spec: { storageClassName: gp3 } }], template: { spec: { containers: [{ name: db, image: "db:1" }] } } }
`);

test('everything that a Deployment names', () => {
  expect(said(web)).toEqual([
    'ServiceAccount web',
    'PriorityClass high',
    'RuntimeClass gvisor',
    'Secret pull?',
    'ConfigMap env',
    'Secret db#password',
    'ConfigMap opt#b?',
    'PersistentVolumeClaim data',
    'Secret tls#tls.crt',
    'ConfigMap cfg',
  ]);
});

test('what other kinds name', () => {
  expect(said(cluster)).toEqual(['StorageClass fast']);
  expect(said(ingress)).toEqual(['IngressClass nginx', 'Secret tls?', 'Service web']);
  expect(said(binding)).toEqual(['Role reader', 'ServiceAccount web?']);
  expect(said(statefulSet)).toEqual(['Service db?', 'StorageClass gp3']);
});

test('images, wherever a kind keeps them, and nowhere else', () => {
  const images = [web, cron, cluster, cfg].map((o) => (o === undefined ? [] : imagesOf(o).map((i) => i.image)));
  expect(images).toEqual([
    ['migrate:1', 'quay.io/shop/web:1', 'quay.io/shop/model:2'],
    ['job:1'],
    ['registry.local/postgresql:15'],
    [],
  ]);
});

test('the Pod of a CronJob, of a workload no table knows, and of nothing', () => {
  expect(cron && podTemplateOf(cron)?.path.join('.')).toBe('spec.jobTemplate.spec.template.spec');
  const rollout: KubeObject = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: {},
    spec: { template: { spec: { containers: [{ image: 'x' }] } } },
  };
  expect(podTemplateOf(rollout)).toBeDefined();
  expect(cluster && podTemplateOf(cluster)).toBeUndefined();
  expect(web && [serviceAccountOf(web), ...pullSecretsOf(web)]).toEqual(['web', 'pull']);
  expect(cron && serviceAccountOf(cron)).toBe('default');
  expect(statefulSet && selectorOf(statefulSet)).toEqual({ app: 'db' });
});

test('does a document contain an API, a field of it, an image?', () => {
  const documents = [web, cluster].flatMap((o) => o ?? []);
  expect(mentionsApi(documents, 'apps/v1/Deployment')).toBe(true);
  expect(mentionsApi(documents, 'apps/v1/Deployment:spec.template.spec.runtimeClassName')).toBe(true);
  expect(mentionsApi(documents, 'apps/v1/Deployment:spec.template.spec.containers.image')).toBe(true);
  expect(mentionsApi(documents, 'apps/v1/Deployment:spec.template.spec.hostUsers')).toBe(false);
  expect(mentionsApi(documents, 'apps/v1beta1/Deployment')).toBe(false);
  expect(isOfApi({ apiVersion: 'v1', kind: 'Pod', metadata: {} }, 'core/v1/Pod')).toBe(true);
  expect(mentionsImage(documents, 'quay.io/shop/web:1')).toBe(true);
  expect(
    mentionsImage(documents, 'docker.io/library/migrate:1', (r) => (r.includes('/') ? r : `docker.io/library/${r}`)),
  ).toBe(true);
  expect(mentionsImage(documents, 'web:1')).toBe(false);
});

test('what others need comes first; equals keep their order', () => {
  const of = (apiVersion: string, kind: string, name = ''): KubeObject => ({ apiVersion, kind, metadata: { name } });
  const given = [
    of('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'),
    of('networking.k8s.io/v1', 'Ingress'),
    of('example.org/v1', 'Widget', 'a'),
    of('apps/v1', 'Deployment'),
    of('example.org/v1', 'Widget', 'b'),
    of('v1', 'Service'),
    of('v1', 'Secret'),
    of('v1', 'ServiceAccount'),
    of('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
    of('v1', 'Namespace'),
  ];
  expect(inOrder(given).map((o) => o.kind + (o.metadata.name ?? ''))).toEqual([
    'Namespace',
    'CustomResourceDefinition',
    'ServiceAccount',
    'Secret',
    'Service',
    'Deployment',
    'Widgeta',
    'Widgetb',
    'Ingress',
    'ValidatingWebhookConfiguration',
  ]);
});

test('the tree of what an object owns, and the way back, also where owners go in a circle', () => {
  const own = (name: string, ...owners: string[]): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: {
      name,
      uid: name,
      ownerReferences: owners.map((uid) => ({ apiVersion: 'v1', kind: 'Thing', name: uid, uid })),
    },
  });
  const [root, set, pod, stranger] = [own('root'), own('set', 'root'), own('pod', 'set'), own('stranger', 'other')];
  const all = [pod, stranger, set, root];
  expect(treeOf(root, all).map((o) => o.metadata.name)).toEqual(['root', 'set', 'pod']);
  expect(ownersOf(pod, all).map((o) => o.metadata.name)).toEqual(['set', 'root']);
  const [a, b] = [own('a', 'b'), own('b', 'a')];
  expect(treeOf(a, [a, b]).map((o) => o.metadata.name)).toEqual(['a', 'b']);
  expect(ownersOf(a, [a, b]).length).toBeLessThanOrEqual(2);
});

test('restarts of all containers together', () => {
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {},
    status: { initContainerStatuses: [{ restartCount: 1 }], containerStatuses: [{ restartCount: 2 }, {}] },
  };
  expect(restarts([pod, pod, { apiVersion: 'v1', kind: 'Node', metadata: {} }])).toBe(6);
});

test('no JSON makes any of it throw', () => {
  const kinds = [
    'Deployment',
    'Pod',
    'Ingress',
    'Widget',
    'StatefulSet',
    'RoleBinding',
    'HTTPRoute',
    'Gateway',
    'HorizontalPodAutoscaler',
    'Service',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.jsonValue(), (kind, spec) => {
      const object: KubeObject = { apiVersion: kind === 'Widget' ? 'example.org/v1' : 'v1', kind, metadata: {}, spec };
      referencesOf(object);
      imagesOf(object);
      selectorOf(object);
      restarts([object]);
      isOfApi(object, 'v1/Pod:spec.a[0].b');
    }),
  );
});
