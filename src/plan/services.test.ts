import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../objects/kube-object.ts';
import { servedBy } from './services.ts';

const object = (apiVersion: string, kind: string, name: string, spec: Record<string, unknown>): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, uid: `uid-${name}` },
  spec,
});
const template = { metadata: { labels: { app: 'web', tier: 'front' } }, spec: { containers: [] } };
const service = (selector?: Record<string, string>) =>
  object('v1', 'Service', 'svc', selector === undefined ? {} : { selector });
const web = (replicas?: number) =>
  object('apps/v1', 'Deployment', 'web', { template, ...(replicas === undefined ? {} : { replicas }) });

describe('the Pods behind a Service', () => {
  test.each([
    ['a workload with its labels', service({ app: 'web' }), [web()], 1],
    ['other labels', service({ app: 'api' }), [web()], 0],
    ['no selector: its endpoints are made by hand', service(), [web()], 0],
    ['a workload of no replicas', service({ app: 'web' }), [web(0)], 0],
    ['a Job, which ends', service({ app: 'web' }), [object('batch/v1', 'Job', 'j', { template })], 0],
  ])('%s', (_, one, objects, n) => {
    expect(servedBy(one, objects)).toHaveLength(n);
  });
});
