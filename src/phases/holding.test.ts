import { expect, test } from 'vitest';
import type { Sight } from '../apply/index.ts';
import type { KubeObject } from '../objects/index.ts';
import { holdingFor } from './holding.ts';

const BEGAN = Date.parse('2026-11-27T12:00:00Z');

const object = (apiVersion: string, kind: string, more: Partial<KubeObject> = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'a', uid: kind },
  ...more,
});
const deployment = object('apps/v1', 'Deployment');
const pod = (restartCount: number, startedMs: number): KubeObject => ({
  ...object('v1', 'Pod', {
    status: {
      phase: 'Running',
      containerStatuses: [
        { restartCount, state: { running: { startedAt: new Date(BEGAN + startedMs).toISOString() } } },
      ],
    },
  }),
  metadata: {
    name: 'a',
    uid: 'pod',
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'a', uid: 'Deployment', controller: true }],
  },
});

const sight = (ms: number, roots: KubeObject[], rest: KubeObject[] = []): Sight => ({
  now: BEGAN + ms,
  roots,
  absent: [],
  tree: [...roots, ...rest],
  events: [],
  blind: [],
  known: () => ({ around: [...roots, ...rest], now: BEGAN + ms }),
});

const yes = () => true;
const no = () => false;

test('what is only stored need not be watched', () => {
  const config = object('v1', 'ConfigMap');
  expect(holdingFor(undefined).left(sight(0, [config]), yes, true)).toBe(0);
});

test('it counts from when each object first held, not from when the last one did', () => {
  const holding = holdingFor(undefined);
  const config = object('v1', 'ConfigMap');
  const seen = (ms: number) => sight(ms, [deployment, config], [pod(0, 0)]);
  holding.left(seen(0), (root) => root === deployment, false);
  expect(holding.left(seen(1_500), yes, true)).toBe(500);
  expect(holding.left(seen(2_000), yes, true)).toBe(0);
});

test('a restart, and not holding any more, begin it anew', () => {
  const holding = holdingFor(undefined);
  holding.left(sight(0, [deployment], [pod(0, 0)]), yes, true);
  expect(holding.left(sight(1_900, [deployment], [pod(1, 1_000)]), yes, true)).toBe(10_000);
  holding.left(sight(3_000, [deployment], [pod(1, 1_000)]), no, false);
  expect(holding.left(sight(4_000, [deployment], [pod(1, 1_000)]), yes, true)).toBe(8_000);
});

test('what an operator reconciles holds for as long as what runs', () => {
  const holding = holdingFor(undefined);
  const cluster = object('postgresql.cnpg.io/v1', 'Cluster', {
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  });
  expect(holding.left(sight(0, [cluster]), yes, true)).toBe(2_000);
  expect(holding.left(sight(2_000, [cluster]), yes, true)).toBe(0);
});

test("a phase's own settle is for everything together, and only ever longer", () => {
  const holding = holdingFor(30_000);
  const config = object('v1', 'ConfigMap');
  expect(holding.left(sight(0, [config]), yes, true)).toBe(30_000);
  expect(holding.left(sight(20_000, [config]), yes, true)).toBe(10_000);
  holding.left(sight(20_500, [config]), no, false);
  expect(holding.left(sight(21_000, [config]), yes, true)).toBe(30_000);
  expect(holdingFor(0).left(sight(0, [deployment], [pod(0, 0)]), yes, true)).toBe(2_000);
});
