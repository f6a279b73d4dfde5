import { expect, test } from 'vitest';
import type { KubeObject } from '../objects/index.ts';
import { preflightFrom } from './preflight.ts';
import { preflightLines } from './start-deployment.answer.ts';

const namespace = (more: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', ...more },
});
const ok = <T>(value: T) => ({ ok: true as const, value });
const forbidden = { ok: false as const, error: { status: 403, reason: 'Forbidden', message: 'not allowed' } };

test('each is a line: what the namespace enforces, leaves, fills in, and who keeps it', () => {
  const quota: KubeObject = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'small' },
    spec: { hard: { pods: '10' } },
    status: { hard: { pods: '10', 'requests.cpu': '2' }, used: { pods: '3' } },
  };
  const range: KubeObject = {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'defaults' },
    spec: { limits: [{ type: 'Container', default: { cpu: '1' }, max: { cpu: '2' } }] },
  };
  const seen = {
    namespace: ok(
      namespace({
        labels: { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/warn': 'baseline' },
        annotations: { 'argocd.argoproj.io/tracking-id': 'shop:/Namespace:shop' },
      }),
    ),
    quotas: ok([quota]),
    ranges: ok([range]),
  };
  expect(preflightLines(preflightFrom({ ...seen, guarded: false }))).toEqual([
    '- PodSecurity: enforce restricted, warn baseline',
    '- Quota: small: pods 3/10, requests.cpu 0/2',
    '- LimitRange: defaults: Container default, max',
    '- GitOps: the namespace is kept by Argo CD (argocd.argoproj.io/tracking-id: shop:/Namespace:shop): it may undo what is applied here',
    '- Guard: not guarded: whoever may write here can go around infragate; a person changes that with infragate cluster guard shop',
  ]);
});

test('nothing is said to be nothing, and what may not be seen is said to be unseen', () => {
  const lines = preflightLines(
    preflightFrom({ namespace: ok(namespace()), quotas: ok([]), ranges: forbidden, guarded: true }),
  );
  expect(lines).toEqual([
    "- PodSecurity: no level is set on the namespace: the cluster's default holds",
    '- Quota: none',
    "- LimitRange: can't be seen: not allowed",
    '- GitOps: the namespace is marked by no GitOps tool',
    '- Guard: the API server refuses what no approved phase names; commands of a plan may not write here',
  ]);
});
