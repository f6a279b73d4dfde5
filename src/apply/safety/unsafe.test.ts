import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../objects/kube-object.ts';
import type { Surroundings } from './surroundings.ts';
import { dangersOf } from './unsafe.ts';

const NOTHING: Surroundings = { selectors: [], pods: [], hosts: new Map(), secrets: new Set(), unseen: [] };
const pod = (spec: Record<string, unknown>, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'try', labels },
  spec: { containers: [{ name: 'c', image: 'busybox:1' }], ...spec },
});
const reasons = (objects: KubeObject[], around: Partial<Surroundings> = {}) =>
  dangersOf(objects, { ...NOTHING, ...around }, 'apps').map((d) => d.reason);

test('an ordinary Pod with its own Secret is safe', () => {
  const secret: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } };
  expect(reasons([pod({ volumes: [{ name: 'v', secret: { secretName: 's' } }] }), secret])).toEqual([]);
});

describe('what a Pod may not have', () => {
  test.each([
    ['hostNetwork', { hostNetwork: true }, 'HostAccess'],
    ['a path of the node', { volumes: [{ name: 'v', hostPath: { path: '/' } }] }, 'HostAccess'],
    ['a port of the node', { containers: [{ name: 'c', ports: [{ containerPort: 1, hostPort: 1 }] }] }, 'HostAccess'],
    ['privilege', { containers: [{ name: 'c', securityContext: { privileged: true } }] }, 'Privileged'],
    [
      'privilege in an init container',
      { initContainers: [{ name: 'i', securityContext: { privileged: true } }] },
      'Privileged',
    ],
    [
      'capabilities',
      { containers: [{ name: 'c', securityContext: { capabilities: { add: ['SYS_ADMIN'] } } }] },
      'Privileged',
    ],
    ["somebody's service account", { serviceAccountName: 'builder' }, 'ForeignServiceAccount'],
    ["somebody's Secret as a volume", { volumes: [{ name: 'v', secret: { secretName: 's' } }] }, 'ExistingSecret'],
    [
      "somebody's Secret in its environment",
      { containers: [{ name: 'c', envFrom: [{ secretRef: { name: 's' } }] }] },
      'ExistingSecret',
    ],
    ["somebody's claim", { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'd' } }] }, 'ExistingClaim'],
    ['a priority class', { priorityClassName: 'high' }, 'Preempts'],
  ])('%s', (_, spec, reason) => {
    expect(reasons([pod(spec)])).toEqual([reason]);
  });

  test('the same in the template of a CronJob', () => {
    const cron: KubeObject = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'c' },
      spec: { jobTemplate: { spec: { template: { spec: { hostPID: true, containers: [] } } } } },
    };
    expect(reasons([cron])).toEqual(['HostAccess']);
  });

  test("a pull secret is the kubelet's: no container sees it", () => {
    expect(reasons([pod({ imagePullSecrets: [{ name: 'registry' }] })])).toEqual([]);
  });
});

describe('labels that something there selects', () => {
  const service = { name: 'Service/web', selector: { app: 'web' }, adopts: false };
  const set = {
    name: 'ReplicaSet/web',
    selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] },
    adopts: true,
  };

  test('a Service would send it real traffic', () => {
    expect(reasons([pod({}, { app: 'web' })], { selectors: [service] })).toEqual(['SelectedByExisting']);
  });
  test('a ReplicaSet would adopt a bare Pod', () => {
    expect(reasons([pod({}, { app: 'web' })], { selectors: [set] })).toEqual(['SelectedByExisting']);
  });
  test("a Deployment's own Pods have a controller", () => {
    const deployment: KubeObject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [] } } },
    };
    expect(reasons([deployment], { selectors: [set] })).toEqual([]);
  });
  test('a selector that selects everything says nothing about these labels', () => {
    const all = { name: 'NetworkPolicy/deny', selector: {}, adopts: false };
    expect(reasons([pod({}, { app: 'x' })], { selectors: [all] })).toEqual([]);
  });
});

describe('what reaches others', () => {
  const pods = [{ name: 'Pod/live', labels: { app: 'live' } }];
  const object = (kind: string, spec: Record<string, unknown>, metadata = {}): KubeObject => ({
    apiVersion: 'v1',
    kind,
    metadata: { name: 'x', ...metadata },
    spec,
  });

  test.each<[string, KubeObject, string]>([
    ["a claim of somebody's volume", object('PersistentVolumeClaim', { volumeName: 'prod' }), 'ExistingClaim'],
    [
      "a clone of somebody's claim",
      object('PersistentVolumeClaim', { dataSource: { kind: 'PersistentVolumeClaim', name: 'prod' } }),
      'ExistingClaim',
    ],
    [
      'a template that does either',
      object('StatefulSet', { volumeClaimTemplates: [{ spec: { volumeName: 'prod' } }] }),
      'ExistingClaim',
    ],
    ['a load balancer', object('Service', { type: 'LoadBalancer' }), 'LoadBalancer'],
    ['a NetworkPolicy over everything', object('NetworkPolicy', { podSelector: {} }), 'SelectsExisting'],
    ['a Service over live Pods', object('Service', { selector: { app: 'live' } }), 'SelectsExisting'],
    ['an Ingress on a live host', object('Ingress', { rules: [{ host: 'shop.example' }] }), 'LiveHost'],
    ['an Ingress on every host', object('Ingress', { rules: [{ http: {} }] }), 'LiveHost'],
    ['a Route on a live host', object('Route', { host: 'shop.example' }), 'LiveHost'],
    ['another namespace', object('ConfigMap', {}, { namespace: 'prod' }), 'OtherNamespace'],
    [
      "Argo CD's mark",
      object('ConfigMap', {}, { annotations: { 'argocd.argoproj.io/tracking-id': 'a' } }),
      'GitOpsTracking',
    ],
    ["Flux's mark", object('ConfigMap', {}, { labels: { 'kustomize.toolkit.fluxcd.io/name': 'a' } }), 'GitOpsTracking'],
    ['a finalizer of its own', object('ConfigMap', {}, { finalizers: ['a/b'] }), 'Owned'],
  ])('%s', (_, made, reason) => {
    expect(reasons([made], { pods, hosts: new Map([['shop.example', 'Ingress/shop in prod']]) })).toEqual([reason]);
  });

  test('a custom resource that names a live Secret', () => {
    const custom: KubeObject = {
      apiVersion: 'db.example/v1',
      kind: 'Database',
      metadata: { name: 'x' },
      spec: { admin: { secretRef: { name: 'root' } } },
    };
    expect(reasons([custom], { secrets: new Set(['root']) })).toEqual(['ExistingSecret']);
    expect(reasons([custom])).toEqual([]);
  });
});
