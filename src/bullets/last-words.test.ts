import { expect, test } from 'vitest';
import type { Reader } from '../cluster/index.ts';
import { diagnose, type KubeObject } from '../objects/index.ts';
import { lastWordsOf } from './last-words.ts';

const NOW = Date.parse('2026-11-01T12:00:00Z');

/** Its last words reach the status only where the container asks for it. */
const crashing = (restartCount: number, exitCode = 1): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'api', namespace: 'shop', uid: 'u-1', creationTimestamp: '2026-11-01T11:55:00Z' },
  spec: { restartPolicy: 'Always', containers: [{ name: 'app', image: 'a' }] },
  status: {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'app',
        ready: false,
        restartCount,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode, reason: 'Error' } },
      },
    ],
  },
});

/** Nothing but logs is asked for: a Reader that has one. */
function speaking(log: string) {
  const asked: unknown[] = [];
  const reader: Pick<Reader, 'logs'> = {
    async logs(of) {
      asked.push(of);
      return { ok: true, value: log };
    },
  };
  return { reader, asked };
}

const failureOf = (pod: KubeObject) => {
  const failure = diagnose({ root: pod, objects: [pod], events: [] }, { now: NOW, since: NOW });
  if (failure === undefined) throw new Error('it does not fail');
  return failure;
};

test('a crash whose log says that something does not answer has until the timeout; each life is asked once', async () => {
  const { reader, asked } = speaking('starting\ndial tcp 10.0.0.7:5432: connect: connection refused\n');
  const heard = lastWordsOf(reader);
  const pod = crashing(3);
  expect(failureOf(pod)).toMatchObject({ reason: 'CrashLoopBackOff', final: true });
  expect(await heard(failureOf(pod), { tree: [pod] })).toMatchObject({ reason: 'CrashLoopBackOff', final: false });
  await heard(failureOf(pod), { tree: [pod] });
  expect(asked).toEqual([expect.objectContaining({ namespace: 'shop', pod: 'api', container: 'app', previous: true })]);
  await heard(failureOf(crashing(4)), { tree: [crashing(4)] });
  expect(asked).toHaveLength(2);
});

test.each([
  ['a crash of its own fault', crashing(3), 'unknown flag: --prot'],
  ['a program that is not there', crashing(3, 127), 'connection refused'],
])('%s is final', async (_, pod, log) => {
  const heard = lastWordsOf(speaking(log).reader);
  expect(await heard(failureOf(pod), { tree: [pod] })).toMatchObject({ final: true });
});
