import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from './kube-object.ts';
import { withLimitRanges } from './limit-range.ts';
import { formatQuantity } from './quantity.ts';
import { isScoped, type Needs, needsOf, podNeeds, shortfalls, sum, surgeOf } from './quota.ts';
import { unsaid } from './quota-required.ts';

const says = (needs: Needs): Record<string, string> =>
  Object.fromEntries(
    [...needs].map(([k, v]) => [k, formatQuantity(v, /memory|storage/.test(k) ? 'binary' : 'decimal')]),
  );
const c = (requests: Record<string, string>, limits: Record<string, string> = {}, more = {}) => ({
  name: 'c',
  resources: { requests, limits },
  ...more,
});
const deployment = (replicas: number, spec: unknown): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas, template: { spec } },
});

describe('a Pod', () => {
  test('needs its containers together, or its largest init container', () => {
    const spec = {
      initContainers: [c({ memory: '1Gi', cpu: '10m' })],
      containers: [c({ memory: '256Mi', cpu: '100m' }), c({ memory: '256Mi', cpu: '50m' })],
    };
    expect(says(podNeeds(spec))).toMatchObject({
      pods: '1',
      'requests.memory': '1Gi',
      memory: '1Gi',
      'requests.cpu': '150m',
      cpu: '150m',
    });
  });

  test('keeps its sidecars running beside everything after them', () => {
    const spec = {
      initContainers: [c({ cpu: '1' }, {}, { restartPolicy: 'Always' }), c({ cpu: '3' })],
      containers: [c({ cpu: '2' })],
    };
    expect(says(podNeeds(spec))['requests.cpu']).toBe('4');
  });

  test('requests what it limits where it says no request', () => {
    expect(says(podNeeds({ containers: [c({}, { memory: '1Gi' })] }))).toMatchObject({
      'requests.memory': '1Gi',
      'limits.memory': '1Gi',
    });
  });

  test('has its overhead on top', () => {
    expect(
      says(podNeeds({ overhead: { memory: '100Mi' }, containers: [c({ memory: '100Mi' })] }))['requests.memory'],
    ).toBe('200Mi');
  });
});

test('a Deployment needs its Pods, and while it rolls out its surge', () => {
  const web = deployment(3, { containers: [c({ cpu: '100m' }, { memory: '1Gi' })] });
  expect(says(needsOf(web))).toMatchObject({
    pods: '3',
    'requests.cpu': '300m',
    'limits.memory': '3Gi',
    'count/deployments.apps': '1',
  });
  expect(says(surgeOf(web))).toMatchObject({ pods: '1', 'limits.memory': '1Gi', 'count/replicasets.apps': '1' });
});

const of = (apiVersion: string, kind: string, spec: unknown): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x' },
  spec,
});
const template = { spec: { containers: [c({ cpu: '1' })] } };

describe('what controllers create counts, too', () => {
  test.each([
    [
      'Deployment',
      of('apps/v1', 'Deployment', { replicas: 3, template }),
      { 'count/pods': '3', 'count/replicasets.apps': '1', 'count/deployments.apps': '1' },
    ],
    [
      'StatefulSet',
      of('apps/v1', 'StatefulSet', { replicas: 2, template, volumeClaimTemplates: [{}, {}] }),
      { 'count/pods': '2', 'count/persistentvolumeclaims': '4', 'count/controllerrevisions.apps': '1' },
    ],
    [
      'CronJob',
      of('batch/v1', 'CronJob', { jobTemplate: { spec: { parallelism: 4, completions: 2, template } } }),
      { 'count/pods': '2', 'count/jobs.batch': '1', 'requests.cpu': '2' },
    ],
    // A quota counts the Pods that have ended, too: they stay until the Job goes.
    [
      'Job',
      of('batch/v1', 'Job', { parallelism: 3, completions: 6, template }),
      { 'count/pods': '6', pods: '3', 'requests.cpu': '3' },
    ],
    [
      'Deployment with an ephemeral volume',
      of('apps/v1', 'Deployment', {
        replicas: 2,
        template: {
          spec: {
            containers: [{ name: 'c', image: 'a' }],
            volumes: [
              {
                name: 'v',
                ephemeral: { volumeClaimTemplate: { spec: { resources: { requests: { storage: '2Gi' } } } } },
              },
            ],
          },
        },
      }),
      { 'count/persistentvolumeclaims': '2', persistentvolumeclaims: '2', 'requests.storage': '4Gi' },
    ],
    [
      'Service',
      of('v1', 'Service', { selector: { a: 'b' } }),
      { 'count/endpointslices.discovery.k8s.io': '1', 'count/endpoints': '1' },
    ],
    ['Pod', of('v1', 'Pod', template.spec), { 'count/pods': '1', pods: '1' }],
  ] as const)('of a %s', (_, object, expected) => {
    expect(says(needsOf(object))).toMatchObject(expected);
  });

  test('a suspended Job or CronJob has no Pods, and a Job no more than it has completions', () => {
    for (const object of [
      of('batch/v1', 'Job', { suspend: true, parallelism: 5, template }),
      of('batch/v1', 'CronJob', { suspend: true, jobTemplate: { spec: { template } } }),
    ]) {
      const needs = says(needsOf(object));
      expect([needs.pods ?? '0', needs['count/pods'], needs['count/jobs.batch']]).toEqual([
        '0',
        undefined,
        object.kind === 'Job' ? '1' : undefined,
      ]);
    }
    expect(says(needsOf(of('batch/v1', 'Job', { parallelism: 5, completions: 3, template }))).pods).toBe('3');
  });

  test('a DaemonSet that surges takes a Pod more on each node', () => {
    const surging = (maxSurge: unknown) =>
      of('apps/v1', 'DaemonSet', { updateStrategy: { rollingUpdate: { maxSurge } }, template });
    expect(says(surgeOf(surging(1), { nodes: 4 }))).toMatchObject({
      pods: '1',
      'requests.cpu': '1',
      'count/pods': '1',
    });
    expect(says(surgeOf(surging('50%'), { nodes: 3 })).pods).toBe('2');
    expect(says(surgeOf(surging(undefined), { nodes: 3 })).pods).toBeUndefined();
  });
});

describe('a quota on requests or limits', () => {
  const quota = (hard: Record<string, string>): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q' },
    spec: { hard },
  });
  const web = of('apps/v1', 'Deployment', { replicas: 1, template: { spec: { containers: [c({ cpu: '500m' })] } } });

  test('refuses Pods whose containers do not say it', () => {
    expect(unsaid(web, quota({ 'limits.cpu': '4' }))).toEqual([
      { quota: 'q', resource: 'limits.cpu', containers: ['c'] },
    ]);
    expect(unsaid(web, quota({ 'requests.memory': '4Gi', pods: '3' }))).toMatchObject([
      { resource: 'requests.memory' },
    ]);
    expect(unsaid(web, quota({ 'requests.cpu': '4', cpu: '4' }))).toEqual([]);
    expect(unsaid(of('apps/v1', 'Deployment', { replicas: 0, template }), quota({ 'limits.cpu': '4' }))).toEqual([]);
  });

  test('is content with what a LimitRange gives, a limit for a request, or the Pod as a whole', () => {
    const range: KubeObject = {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: {},
      spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] },
    };
    expect(unsaid(withLimitRanges(web, [range]), quota({ 'limits.cpu': '4' }))).toEqual([]);
    expect(unsaid(of('v1', 'Pod', { containers: [c({}, { memory: '1Gi' })] }), quota({ memory: '4Gi' }))).toEqual([]);
    const whole = { resources: { limits: { cpu: '4' } }, containers: [{ name: 'c' }] };
    expect(unsaid(of('v1', 'Pod', whole), quota({ 'limits.cpu': '4', 'requests.cpu': '4' }))).toEqual([]);
    expect(says(needsOf(of('v1', 'Pod', whole)))).toMatchObject({ 'requests.cpu': '4', 'limits.cpu': '4' });
    expect(says(podNeeds({ ...whole, containers: [c({ cpu: '1' })] }))['requests.cpu']).toBe('1');
  });

  test('with an empty list of scopes is not scoped', () => {
    expect(isScoped(of('v1', 'ResourceQuota', { scopes: [] }))).toBe(false);
    expect(isScoped(of('v1', 'ResourceQuota', { scopeSelector: { matchExpressions: [] } }))).toBe(false);
    expect(isScoped(of('v1', 'ResourceQuota', { scopes: ['BestEffort'] }))).toBe(true);
  });
});

test('a StatefulSet needs a claim for each replica, a claim its class', () => {
  const set: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    spec: {
      replicas: 3,
      template: { spec: { containers: [c({})] } },
      volumeClaimTemplates: [{ spec: { storageClassName: 'fast', resources: { requests: { storage: '10Gi' } } } }],
    },
  };
  expect(says(needsOf(set))).toMatchObject({
    pods: '3',
    persistentvolumeclaims: '3',
    'requests.storage': '30Gi',
    'fast.storageclass.storage.k8s.io/requests.storage': '30Gi',
  });
});

test('Services, ConfigMaps and plurals that are not just an s', () => {
  const of = (apiVersion: string, kind: string, spec = {}): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name: 'x' },
    spec,
  });
  expect(says(needsOf(of('v1', 'Service', { type: 'LoadBalancer', ports: [{}, {}] })))).toEqual({
    services: '1',
    'services.loadbalancers': '1',
    'services.nodeports': '2',
    'count/services': '1',
  });
  expect(says(needsOf(of('v1', 'ConfigMap')))).toEqual({ configmaps: '1', 'count/configmaps': '1' });
  expect(says(needsOf(of('networking.k8s.io/v1', 'Ingress')))).toEqual({ 'count/ingresses.networking.k8s.io': '1' });
  expect(says(needsOf(of('networking.k8s.io/v1', 'NetworkPolicy')))).toEqual({
    'count/networkpolicies.networking.k8s.io': '1',
  });
});

test('what does not fit is told with hard, used, left and needed', () => {
  const quota: KubeObject = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'compute' },
    status: { hard: { 'limits.memory': '4Gi', pods: '10' }, used: { 'limits.memory': '3Gi', pods: '3' } },
  };
  const web = deployment(1, { containers: [c({}, { memory: '2Gi' })] });
  expect(shortfalls(needsOf(web), quota)).toEqual([
    { quota: 'compute', resource: 'limits.memory', hard: '4Gi', used: '3Gi', left: '1Gi', needed: '2Gi' },
  ]);
  expect(shortfalls(needsOf(deployment(1, { containers: [c({}, { memory: '1Gi' })] })), quota)).toEqual([]);
});

test('sums are sums, and no JSON makes it throw', () => {
  const web = deployment(2, { containers: [c({ cpu: '100m' })] });
  expect(says(sum([needsOf(web), needsOf(web)]))['requests.cpu']).toBe('400m');
  fc.assert(
    fc.property(
      fc.constantFrom('Deployment', 'Pod', 'StatefulSet', 'Service', 'PersistentVolumeClaim'),
      fc.jsonValue(),
      (kind, spec) => {
        const object: KubeObject = { apiVersion: 'v1', kind, metadata: {}, spec };
        needsOf(object);
        surgeOf(object);
        shortfalls(needsOf(object), object);
      },
    ),
  );
});
