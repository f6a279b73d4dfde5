import { expect, test } from 'vitest';
import type { KubeObject } from './kube-object.ts';
import { unsteadyFor } from './steady.ts';

const NOW = Date.parse('2026-11-27T12:00:00Z');

const pod = (startedSecondsAgo: number, restartCount = 0, phase = 'Running'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a' },
  status: {
    phase,
    containerStatuses: [
      { restartCount, state: { running: { startedAt: new Date(NOW - startedSecondsAgo * 1000).toISOString() } } },
    ],
  },
});

const CASES: readonly (readonly [string, KubeObject[], number, number])[] = [
  ['nothing runs', [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }], 0, 0],
  ['just started, just held', [pod(0)], 0, 2_000],
  ['just started, held for a second', [pod(1)], 1_000, 1_000],
  ['runs for an hour, first looked at now', [pod(3600)], 0, 0],
  ['one of two is young', [pod(3600), pod(1)], 500, 1_500],
  ['restarted just now', [pod(0, 1)], 0, 10_000],
  ['restarted five seconds ago', [pod(5, 3)], 0, 6_000],
  ['restarted an hour ago', [pod(3600, 3)], 0, 0],
  ['its node is ahead of us by a minute', [pod(-60)], 1_500, 500],
  ['its node is ahead, and it has held', [pod(-60)], 2_000, 0],
  ['it has ended well', [pod(0, 0, 'Succeeded')], 0, 0],
];

test.each(CASES)('%s', (_, objects, heldMs, wait) => {
  expect(unsteadyFor(objects, NOW - heldMs, NOW)).toBe(wait);
});
