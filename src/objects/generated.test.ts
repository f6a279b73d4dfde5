import { expect, test } from 'vitest';
import { withSteadyNames } from './generated.ts';

test("two dry runs of a Pod are the same but for the random name of its token's volume", () => {
  const pod = (suffix: string, other = 'data') => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: {
      volumes: [{ name: `kube-api-access-${suffix}` }, { name: other }],
      containers: [{ name: 'c', volumeMounts: [{ name: `kube-api-access-${suffix}`, mountPath: '/v' }] }],
    },
  });
  expect(withSteadyNames(pod('x8k2v'))).toEqual(withSteadyNames(pod('b4wzq')));
  expect(withSteadyNames(pod('x8k2v'))).not.toEqual(withSteadyNames(pod('x8k2v', 'other')));
});
