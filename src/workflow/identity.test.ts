import { expect, test } from 'vitest';
import type { Event } from './facts.ts';
import { fold, identityOf, sameObject } from './index.ts';

const hpa = (version: string, more = {}) => ({
  apiVersion: `autoscaling/${version}`,
  kind: 'HorizontalPodAutoscaler',
  namespace: 'shop',
  name: 'web',
  ...more,
});

test.each([
  ['two versions of one group', hpa('v1'), hpa('v2'), true],
  ['two groups', hpa('v1'), { ...hpa('v1'), apiVersion: 'keda.sh/v1' }, false],
  ['two namespaces', hpa('v1'), hpa('v1', { namespace: 'other' }), false],
  ['two names', hpa('v1'), hpa('v1', { name: 'api' }), false],
  ['two kinds', hpa('v1'), { ...hpa('v1'), kind: 'Scale' }, false],
  ['a manifest without a namespace', hpa('v1', { namespace: undefined }), hpa('v2'), true],
])('%s', (_, a, b, same) => {
  expect(sameObject(a, b, 'shop')).toBe(same);
  expect(identityOf(a, 'shop') === identityOf(b, 'shop')).toBe(same);
});

test('an object whose manifest moves to another version is one placement, with the first before-image', () => {
  const by = { kind: 'server' } as const;
  const placed = (seq: number, version: string, state: 'intended' | 'changed', before?: string): Event => ({
    seq,
    at: '2026-01-01T00:00:00.000Z',
    by,
    fact: {
      type: 'placed',
      run: 'r1',
      object: hpa(version, { uid: 'u' }),
      state,
      purpose: 'phase',
      phase: 1,
      ...(before === undefined ? {} : { before }),
    },
  });
  const target = {
    server: 's',
    context: 'c',
    cluster: 'k',
    via: 'kube-system',
    namespace: 'shop',
    namespaces: [],
  } as const;
  const started: Event = {
    seq: 1,
    at: '2026-01-01T00:00:00.000Z',
    by,
    fact: {
      type: 'started',
      component: 'app',
      target: { ...target, namespaces: [] },
      complexity: 'simple',
      workspace: '/w',
    },
  };
  const d = fold('app-1', [
    started,
    placed(2, 'v1', 'intended', 'image-1'),
    placed(3, 'v1', 'changed'),
    placed(4, 'v2', 'intended', 'image-2'),
    placed(5, 'v2', 'changed'),
  ]);
  expect(d?.placements).toMatchObject([
    { before: 'image-1', state: 'changed', object: { apiVersion: 'autoscaling/v2' } },
  ]);
});
