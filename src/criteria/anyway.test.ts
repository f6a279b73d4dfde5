import { expect, test } from 'vitest';
import type { KubeObject } from '../objects/index.ts';
import { alreadyTrueOn, type Predicate, parseCriteria, proofOf, trueOnceScheduled } from './index.ts';

const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'shop' },
  spec: { restartPolicy: 'Always', containers: [{ name: 'c', image: 'busybox:1' }] },
  status: { phase: 'Pending', qosClass: 'BestEffort' },
};
const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', generation: 1 },
  spec: { replicas: 1, template: { metadata: { labels: { a: 'b' } }, spec: pod.spec } },
  status: {},
};

function read(text: string, object: KubeObject): Predicate {
  const subjects = [{ apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name ?? '' }];
  const parsed = parseCriteria(text, { subjects });
  const [first] = parsed.ok ? parsed.predicates : [];
  if (first === undefined) throw new Error(parsed.ok ? text : parsed.errors.join());
  return first;
}

test.each([
  'jsonpath={.metadata.resourceVersion}',
  'jsonpath={.metadata.uid}',
  'jsonpath={.metadata.creationTimestamp}',
  'jsonpath={.metadata.managedFields}',
  'jsonpath={.metadata.generation}',
  'metadata.resourceVersion is set',
  'metadata.generation is at least 1',
  'status.phase is Pending',
  'status.nothing is not set',
  'spec.restartPolicy is Always',
  'status.phase is not Failed',
  'cel: has(object.metadata.uid)',
  'cel: object.metadata.resourceVersion != ""',
  'cel: objects.exists(o, o.kind == "Pod")',
  'cel: true || object.status.phase == "Running"',
  'create',
])('%s is true of a Pod as the API server stores it', (text) => {
  expect(alreadyTrueOn(read(text, pod), [pod])).toBe(true);
  expect(proofOf(read(text, pod), [pod])).toBe('stored');
});

test.each([
  ['condition=PodScheduled', pod],
  ['condition=Initialized', pod],
  ['Pod is scheduled', pod],
  ['spec.nodeName is set', pod],
  ['jsonpath={.spec.nodeName}', pod],
  ['status.podIP is set', pod],
  ['status.startTime is set', pod],
  ['status.containerStatuses is set', pod],
  ['cel: object.spec.nodeName != ""', pod],
  ['condition=Ready=False', pod],
  ['Pod is scheduled', deployment],
  ['Pod is Pending', deployment],
] as const)('%s is true once a node was chosen', (text, object) => {
  expect(alreadyTrueOn(read(text, object), [object])).toBe(false);
  expect(trueOnceScheduled(read(text, object), [object])).toBe(true);
});

test.each([
  ['Pod reaches Running state', 'started'],
  ['image pulled', 'started'],
  ['no restarts', 'started'],
  ['Pod is ready', 'reported'],
  ['logs contain "x"', 'reported'],
  ['jsonpath={.status.message}=never', 'reported'],
  ['cel: object.status.phase == "Succeeded"', 'reported'],
] as const)('%s shows that it is %s', (text, proof) => {
  expect(trueOnceScheduled(read(text, pod), [pod])).toBe(false);
  expect(proofOf(read(text, pod), [pod])).toBe(proof);
});
