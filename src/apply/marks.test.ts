import { expect, test } from 'vitest';
import type { KubeObject } from '../objects/kube-object.ts';
import { isolate } from './isolate.ts';
import { isOf, LABEL, marked } from './marks.ts';
import { at } from './ref.ts';

const MARKS = { deployment: 'dify-1', run: 'run-1', bullet: 'ab12c', expires: '2026-01-01T00:00:00.000Z' };
const object = (kind: string, spec: Record<string, unknown>, apiVersion = 'v1'): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x' },
  spec,
});
const template = (labels: Record<string, string>) => ({ metadata: { labels }, spec: { containers: [] } });

test('whose an object is can be told from the object', () => {
  const made = marked({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', labels: { app: 'a' } } }, MARKS);
  expect(made.metadata).toEqual({
    name: 'x',
    labels: {
      app: 'a',
      purpose: 'tracer-bullet',
      'infragate.io/deployment': 'dify-1',
      'app.kubernetes.io/managed-by': 'infragate',
      'infragate.io/bullet': 'ab12c',
    },
    annotations: { 'infragate.io/run': 'run-1', 'infragate.io/expires': '2026-01-01T00:00:00.000Z' },
  });
  expect(isOf(made, 'run-1')).toBe(true);
  expect(isOf(made, 'run-2')).toBe(false);
});

test('what it makes carries the marks too: Pods, Jobs, claims without an owner', () => {
  const set = marked(
    object('StatefulSet', { template: template({}), volumeClaimTemplates: [{ metadata: { name: 'd' } }] }, 'apps/v1'),
    MARKS,
  );
  const cron = marked(object('CronJob', { jobTemplate: { spec: { template: template({}) } } }, 'batch/v1'), MARKS);
  const label = (value: unknown, ...path: string[]) => at(value, ...path, 'metadata', 'labels', LABEL.deployment);
  expect(label(set, 'spec', 'template')).toBe('dify-1');
  expect(JSON.stringify(at(set, 'spec', 'volumeClaimTemplates'))).toContain('infragate.io/run');
  expect(label(cron, 'spec', 'jobTemplate')).toBe('dify-1');
  expect(label(cron, 'spec', 'jobTemplate', 'spec', 'template')).toBe('dify-1');
});

test('a field that is called template and is none of a Pod stays as it is', () => {
  const spec = { template: { spec: { secretName: 's' } } };
  expect(marked(object('SealedSecret', spec, 'bitnami.com/v1'), MARKS).spec).toEqual(spec);
});

test("a Service sees only its own bullet's Pods, and others' Pods as before", () => {
  const web = object('Deployment', { template: template({ app: 'web' }) }, 'apps/v1');
  const [, own, policy, foreign] = isolate(
    [
      web,
      object('Service', { selector: { app: 'web' } }),
      object('NetworkPolicy', { podSelector: {} }, 'networking.k8s.io/v1'),
      object('Service', { selector: { 'cnpg.io/cluster': 'db' } }),
    ],
    'ab12c',
  );
  expect(own?.spec).toEqual({ selector: { app: 'web', 'infragate.io/bullet': 'ab12c' } });
  expect(policy?.spec).toEqual({ podSelector: { matchLabels: { 'infragate.io/bullet': 'ab12c' } } });
  expect(foreign?.spec).toEqual({ selector: { 'cnpg.io/cluster': 'db' } });
});
