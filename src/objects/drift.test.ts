import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drift, isAutoscaled } from './drift.ts';
import type { KubeObject } from './kube-object.ts';

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
