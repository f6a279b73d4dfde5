import { expect, test } from 'vitest';
import { telling } from './operator.ts';

const json = (level: string, msg: string, name: string, error?: string) =>
  JSON.stringify({ level, ts: '2026-01-01T00:00:00Z', msg, name, ...(error === undefined ? {} : { error }) });

const ARCHITECTURE = 'cannot update the resource status: invalid architecture: amd64';

test('an operator that fails on an object at each try complains of it, in plain words', () => {
  const tries = Array.from({ length: 4 }, () => [
    json('info', 'no orphan PVCs found', 'db-1'),
    json('error', 'Reconciler error', 'db-1', ARCHITECTURE),
  ]);
  expect(telling(tries.flat().join('\n'), 'db-1')).toEqual({
    lines: ['info: no orphan PVCs found', `error: Reconciler error: ${ARCHITECTURE}`],
    complaint: `error: Reconciler error: ${ARCHITECTURE}`,
  });
});

test('a conflict that the next try mends is no complaint, and neither is what is said of others', () => {
  const log = [
    json('error', 'Reconciler error', 'db-1', 'the object has been modified'),
    json('info', 'Cluster is ready', 'db-1'),
    ...Array.from({ length: 5 }, () => json('error', 'Reconciler error', 'other', ARCHITECTURE)),
  ];
  expect(telling(log.join('\n'), 'db-1').complaint).toBeUndefined();
});

test('where it says nothing of the object, its latest complaints stand, each once; tokens are hidden', () => {
  const log =
    'starting\nERROR invalid architecture: amd64\nERROR invalid architecture: amd64\npassword=hunter22 failed';
  expect(telling(log, 'db-1')).toEqual({
    lines: ['ERROR invalid architecture: amd64', 'password=[redacted] failed'],
  });
});
