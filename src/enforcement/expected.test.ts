import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../objects/kube-object.ts';
import { DEEPEST, expectedOf } from './expected.ts';

const service = (ip: string, port: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', uid: ip, labels: { app: 'web' } },
  spec: { clusterIP: ip, selector: { app: 'web' }, ports: [{ port: 80, nodePort: port }] },
});

const job = (uid: string): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'once', uid },
  spec: {
    selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
    template: {
      metadata: { labels: { app: 'once', 'controller-uid': uid } },
      spec: { containers: [{ name: 'main' }] },
    },
  },
});

describe('what a write must leave', () => {
  test('two equal dry runs are compared as a whole, below what the server owns', () => {
    const { parts, left_out } = expectedOf(job('1'), job('1'));
    expect(left_out).toEqual([]);
    expect(parts.map((p) => p.at.join('.')).sort()).toEqual(['metadata.name', 'spec']);
  });

  test('what the server allocates is left out, and said', () => {
    const { parts, keys, lengths, left_out } = expectedOf(service('10.0.0.1', 30001), service('10.0.0.2', 30002));
    expect(left_out).toEqual([
      'spec.clusterIP',
      'spec.clusterIPs',
      'spec.healthCheckNodePort',
      'spec.ports.0.nodePort',
    ]);
    expect(parts).toContainEqual({ at: ['spec', 'ports', 0, 'port'], value: 80 });
    expect(parts.some((p) => p.at.includes('clusterIP'))).toBe(false);
    expect(lengths).toEqual([{ at: ['spec', 'ports'], length: 1 }]);
    expect(keys.find((k) => k.at.join('.') === 'spec.ports.0')).toEqual({
      at: ['spec', 'ports', 0],
      needed: ['port'],
      allowed: ['port', 'nodePort'],
    });
  });

  test('what two dry runs fill in differently is left out, and nothing else of it', () => {
    const { parts, left_out } = expectedOf(job('1'), job('2'));
    expect(left_out).toEqual([
      'spec.selector.matchLabels.batch.kubernetes.io/controller-uid',
      'spec.template.metadata.labels.controller-uid',
    ]);
    expect(parts).toContainEqual({ at: ['spec', 'template', 'metadata', 'labels', 'app'], value: 'once' });
    expect(parts).toContainEqual({ at: ['spec', 'template', 'spec'], value: { containers: [{ name: 'main' }] } });
  });

  test('every key that is not left out is compared both ways', () => {
    const root = expectedOf(job('1'), job('1')).keys.find((k) => k.at.length === 0);
    expect(root?.allowed).not.toContain('data');
    expect(root?.needed).toEqual(['metadata', 'spec']);
    const meta = expectedOf(job('1'), job('1')).keys.find((k) => k.at.join() === 'metadata');
    expect(meta?.allowed).not.toContain('ownerReferences');
    expect(meta?.allowed).not.toContain('finalizers');
  });

  test("a Secret's values are in no part", () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { password: 'aHVudGVyMg==' } };
    const found = expectedOf(secret, secret);
    expect(JSON.stringify(found)).not.toContain('aHVudGVyMg==');
    expect(found.keys).toContainEqual({ at: ['data'], needed: ['password'], allowed: ['password'] });
  });

  test("annotations of controllers may come and go; one of ours that is the server's guess may have any value", () => {
    const of = (time: string): KubeObject => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'w', annotations: { 'deployment.kubernetes.io/revision': '3', team: 'a', stamped: time } },
    });
    const { annotations, open_annotations } = expectedOf(of('1'), of('2'));
    expect(annotations).toEqual({ team: 'a' });
    expect(open_annotations).toEqual(['stamped']);
  });

  test('below the depth that an expression can follow, the whole branch is left out', () => {
    const deep = (value: number, depth = 12): unknown => (depth === 0 ? value : { d: deep(value, depth - 1) });
    const of = (value: number): KubeObject => ({
      apiVersion: 'x/v1',
      kind: 'X',
      metadata: { name: 'x' },
      spec: deep(value),
    });
    const { left_out, parts, keys } = expectedOf(of(1), of(2));
    expect(left_out).toEqual([['spec', ...Array.from({ length: DEEPEST - 1 }, () => 'd')].join('.')]);
    for (const { at } of [...parts, ...keys]) expect(at.length).toBeLessThanOrEqual(DEEPEST);
  });
});
