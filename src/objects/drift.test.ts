import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drift, isAutoscaled } from './drift.ts';
import type { KubeObject } from './kube-object.ts';
import { listKindsOf } from './list-keys.ts';

const web = (spec: Record<string, unknown>, metadata: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', ...metadata },
  spec,
});
const template = (image: string, more = {}) => ({
  template: { spec: { containers: [{ name: 'web', image, ...more }] } },
});
const paths = (...args: Parameters<typeof drift>) => drift(...args).map((d) => d.path);

describe('drift', () => {
  test('what the server and others added is none', () => {
    const live = web(
      { replicas: 2, strategy: { type: 'RollingUpdate' }, ...template('web:1', { imagePullPolicy: 'IfNotPresent' }) },
      { uid: 'u', labels: { added: 'by others' }, annotations: { 'deployment.kubernetes.io/revision': '1' } },
    );
    expect(paths(web({ replicas: 2, ...template('web:1') }), live)).toEqual([]);
  });

  test('a field set by hand is told with both values', () => {
    expect(drift(web({ replicas: 2, ...template('web:1') }), web({ replicas: 2, ...template('web:2') }))).toEqual([
      { path: 'spec.template.spec.containers[web].image', expected: 'web:1', found: 'web:2' },
    ]);
  });

  test('containers are compared by name, so that an injected sidecar moves nothing', () => {
    const live = web({
      template: {
        spec: {
          containers: [
            { name: 'proxy', image: 'envoy' },
            { name: 'web', image: 'web:1' },
          ],
        },
      },
    });
    expect(paths(web(template('web:1')), live)).toEqual([]);
  });

  test('the server spells quantities its own way: the dry run tells how', () => {
    const limit = (cpu: string) => template('web:1', { resources: { limits: { cpu } } });
    expect(paths(web(limit('1000m')), web(limit('1')))).not.toEqual([]);
    expect(paths(web(limit('1000m')), web(limit('1')), { normalised: web(limit('1')) })).toEqual([]);
  });

  test('a false, a nought and an empty text that the server does not store are as they were applied', () => {
    const { spec } = web({
      ...template('web:1', { env: [{ name: 'A', value: '' }], volumeMounts: [{ mountPath: '/v', readOnly: false }] }),
      minReadySeconds: 0,
    });
    const stored = web(template('web:1', { env: [{ name: 'A' }], volumeMounts: [{ mountPath: '/v' }] }));
    expect(paths(web(Object(spec)), stored, { normalised: stored })).toEqual([]);
    const changed = web({ ...template('web:1', { env: [{ name: 'A', value: 'x' }] }), minReadySeconds: 5 });
    expect(paths(web(Object(spec)), changed, { normalised: stored })).toContain('spec.minReadySeconds');
    expect(paths(web(Object(spec)), changed, { normalised: stored })).toContain(
      'spec.template.spec.containers[web].env[A].value',
    );
  });

  test('a field that the manifest no longer has, and a container added by hand, are found by the dry run', () => {
    const normalised = web({ replicas: 1, ...template('web:1') });
    expect(
      paths(web(template('web:1')), web({ replicas: 1, paused: true, ...template('web:1') }), { normalised }),
    ).toEqual(['spec.paused']);
    const two = {
      template: {
        spec: {
          containers: [
            { name: 'web', image: 'web:1' },
            { name: 'shell', image: 'sh' },
          ],
        },
      },
    };
    expect(paths(web(template('web:1')), web({ replicas: 1, ...two }), { normalised })).toEqual([
      'spec.template.spec.containers[shell]',
    ]);
  });

  test("replicas are the autoscaler's where one targets the object", () => {
    const hpa: KubeObject = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'h', namespace: 'shop' },
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
    };
    const [manifest, live] = [web({ replicas: 2 }), web({ replicas: 5 })];
    expect(paths(manifest, live)).toEqual(['spec.replicas']);
    expect(isAutoscaled(live, [hpa])).toBe(true);
    expect(isAutoscaled(live, [{ ...hpa, metadata: { name: 'h', namespace: 'other' } }])).toBe(false);
    expect(paths(manifest, live, { autoscaled: true })).toEqual([]);
  });

  test("a Secret's values are compared and never shown", () => {
    const secret = (more: Record<string, unknown>): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      ...more,
    });
    const found = drift(secret({ stringData: { password: 'hunter2' } }), secret({ data: { password: 'b3RoZXI=' } }));
    expect(found).toEqual([{ path: 'stringData.password', expected: '(value)', found: '(value)' }]);
    expect(
      drift(secret({ stringData: { password: 'hunter2' } }), secret({ data: { password: 'aHVudGVyMg==' } })),
    ).toEqual([]);
    expect(JSON.stringify(drift(secret({ data: { a: 'b25l' } }), secret({ data: { a: 'dHdv' } })))).not.toMatch(
      /b25l|dHdv/,
    );
  });

  const binding = (...namespaces: string[]): KubeObject => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'reader' },
    subjects: namespaces.map((namespace) => ({ kind: 'ServiceAccount', name: 'default', namespace })),
  });

  test('lists are told apart by the keys of the schema, and one without keys is one value', () => {
    const document = {
      components: {
        schemas: {
          binding: {
            'x-kubernetes-group-version-kind': [
              { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'RoleBinding' },
            ],
            properties: {
              subjects: {
                type: 'array',
                'x-kubernetes-list-type': 'atomic',
                items: { $ref: '#/components/schemas/subject' },
              },
            },
          },
          subject: { properties: { kind: { type: 'string' } } },
          deployment: {
            'x-kubernetes-group-version-kind': [{ group: 'apps', version: 'v1', kind: 'Deployment' }],
            properties: { spec: { allOf: [{ $ref: '#/components/schemas/spec' }] } },
          },
          spec: {
            properties: {
              ports: {
                type: 'array',
                'x-kubernetes-list-type': 'map',
                'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
                items: { allOf: [{ $ref: '#/components/schemas/port' }] },
              },
            },
          },
          port: { properties: { containerPort: { type: 'integer' }, protocol: { type: 'string', default: 'TCP' } } },
        },
      },
    };
    const lists = listKindsOf(document, { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'RoleBinding' });
    expect(lists(['subjects'])).toBe('one-value');
    expect(paths(binding('shop'), binding('shop', 'kube-system'), { normalised: binding('shop'), lists })).toEqual([
      'subjects',
    ]);
    const ports = listKindsOf(document, { group: 'apps', version: 'v1', kind: 'Deployment' });
    expect(ports(['spec', 'ports'])).toEqual([{ field: 'containerPort' }, { field: 'protocol', otherwise: 'TCP' }]);
    expect(ports(['spec', 'other'])).toBeUndefined();
    const given = web({ ports: [{ containerPort: 80 }] });
    const live = web({
      ports: [
        { containerPort: 80, protocol: 'UDP' },
        { containerPort: 80, protocol: 'TCP' },
      ],
    });
    expect(paths(given, live, { lists: ports })).toEqual([]);
    expect(
      paths(given, live, { lists: ports, normalised: web({ ports: [{ containerPort: 80, protocol: 'TCP' }] }) }),
    ).toEqual(['spec.ports[80/UDP]']);
  });

  test('a second item of the same key is a change, whether a schema says so or not', () => {
    expect(paths(binding('shop'), binding('shop', 'kube-system'), { normalised: binding('shop') })).toEqual([
      'subjects',
    ]);
    const env = (...values: string[]) => web(template('web:1', { env: values.map((value) => ({ name: 'A', value })) }));
    expect(paths(env('1'), env('1', '2'), { normalised: env('1') })).not.toEqual([]);
    expect(paths(env('1'), env('1', '2'), { normalised: env('1'), lists: () => [{ field: 'name' }] })).toEqual([
      'spec.template.spec.containers[web].env[A]',
    ]);
  });

  test('the rules of an aggregated ClusterRole are those of its controller; of any other role they are compared', () => {
    const role = (rules: unknown[], more = {}): KubeObject => ({
      ...more,
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'monitoring' },
      rules,
    });
    const filled = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
    const aggregated = { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: 'monitoring' } }] } };
    expect(paths(role([], aggregated), role(filled, aggregated), { normalised: role([], aggregated) })).toEqual([]);
    expect(paths(role([]), role(filled), { normalised: role([]) })).toEqual(['rules']);
  });

  test('an object never differs from itself, and no JSON makes it throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [one, other]: KubeObject[] = [a, b].map((spec) => ({
          apiVersion: 'example.org/v1',
          kind: 'Widget',
          metadata: { name: 'w' },
          spec,
        }));
        if (one === undefined || other === undefined) return;
        expect(drift(one, one, { normalised: one })).toEqual([]);
        drift(one, other, { normalised: other });
        drift(one, other);
      }),
    );
  });
});
