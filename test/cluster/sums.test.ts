import { expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  compareQuantity,
  isKubeObject,
  isRecord,
  needsOf,
  parseQuantity,
  unsaid,
  ZERO,
} from '../../src/objects/index.ts';
import { kubectlOf } from './support/phases.ts';
import { sandbox, setTheStage, stage } from './support/stage.ts';

setTheStage('sums');

/** In the namespaces that the objects name. */
const kubectl: ReturnType<typeof kubectlOf> = (...args) => kubectlOf(sandbox, '')(...args);

const R = '{ requests: { cpu: 100m, memory: 64Mi }, limits: { cpu: 200m, memory: 128Mi } }';
const BIG = '{ requests: { cpu: 1, memory: 1Gi }, limits: { cpu: 2, memory: 2Gi } }';
const container = (resources: string, name = 'a', more = '') =>
  `{ name: ${name}, image: x, ${more} ${resources === '' ? '' : `resources: ${resources}`} }`;
const podSpec = (resources: string, more = '') => `{ ${more} containers: [${container(resources)}] }`;
const object = (apiVersion: string, kind: string, spec: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: w }\nspec: ${spec}\n`;
const pod = (spec: string) => object('v1', 'Pod', spec);
const workload = (kind: string, more: string, spec = podSpec(R)) =>
  object(
    'apps/v1',
    kind,
    `{ selector: { matchLabels: { a: b } }, ${more} template: { metadata: { labels: { a: b } }, spec: ${spec} } }`,
  );
const job = (more: string) =>
  object('batch/v1', 'Job', `{ ${more} template: { spec: ${podSpec(R, 'restartPolicy: Never,')} } }`);
const claim = (size: string) =>
  `spec: { accessModes: [ReadWriteOnce], storageClassName: fast, resources: { requests: { storage: ${size} } } }`;
const ephemeral = `volumes: [{ name: v, ephemeral: { volumeClaimTemplate: { ${claim('2Gi')} } } }],`;
const service = (spec: string) =>
  object('v1', 'Service', `{ ${spec} selector: { a: b }, ports: [{ name: a, port: 80 }, { name: b, port: 81 }] }`);

/** What is put into a namespace of its own, to be counted by the API server and by us. */
const COUNTED: Readonly<Record<string, string>> = {
  'a Pod': pod(podSpec(R)),
  'limits alone': pod(podSpec('{ limits: { cpu: 1, memory: 1Gi } }')),
  'a large init container': pod(`{ initContainers: [${container(BIG, 'i')}], containers: [${container(R)}] }`),
  'a sidecar before an init container': pod(
    `{ initContainers: [${container(R, 's', 'restartPolicy: Always,')}, ${container(BIG, 'i')}], containers: [${container(R)}] }`,
  ),
  'a sidecar after one': pod(
    `{ initContainers: [${container(BIG, 'i')}, ${container(R, 's', 'restartPolicy: Always,')}], containers: [${container(R)}] }`,
  ),
  'the Pod as a whole': pod(`{ resources: ${BIG}, containers: [${container(R)}, ${container('', 'b')}] }`),
  "the Pod's limit, its containers' requests": pod(
    `{ resources: { limits: { cpu: 1, memory: 1Gi } }, containers: [${container('{ requests: { cpu: 100m, memory: 64Mi } }')}] }`,
  ),
  'an extended resource': pod(
    podSpec('{ requests: { cpu: 1m, memory: 1Mi }, limits: { cpu: 1m, memory: 1Mi, example.com/gpu: 2 } }'),
  ),
  'an ephemeral volume': pod(podSpec(R, ephemeral)),
  'a Deployment': workload('Deployment', 'replicas: 3,'),
  'a Deployment without replicas': workload('Deployment', 'replicas: 0,'),
  'a Deployment with ephemeral volumes': workload('Deployment', 'replicas: 2,', podSpec(R, ephemeral)),
  'a StatefulSet with claims': workload(
    'StatefulSet',
    `serviceName: w, replicas: 2, podManagementPolicy: Parallel, volumeClaimTemplates: [{ metadata: { name: d }, ${claim('5Gi')} }],`,
  ),
  'a DaemonSet': workload('DaemonSet', ''),
  'a ReplicaSet': workload('ReplicaSet', 'replicas: 2,'),
  'a Job with more completions than parallelism': job('parallelism: 3, completions: 6,'),
  'a Job with fewer': job('parallelism: 5, completions: 2,'),
  'a suspended Job': job('suspend: true, parallelism: 3,'),
  'an indexed Job': job('completionMode: Indexed, completions: 3, parallelism: 2,'),
  'a suspended CronJob': object(
    'batch/v1',
    'CronJob',
    `{ schedule: "* * * * *", suspend: true, jobTemplate: { spec: { template: { spec: ${podSpec(R, 'restartPolicy: Never,')} } } } }`,
  ),
  'a claim': `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: w }\n${claim('3Gi')}\n`,
  'node ports': service('type: NodePort,'),
  'a load balancer': service('type: LoadBalancer,'),
  'a load balancer without node ports': service('type: LoadBalancer, allocateLoadBalancerNodePorts: false,'),
};

/** A Pod that has ended takes no part of these any more. */
const OF_RUNNING = ['pods', ...['', 'requests.', 'limits.'].flatMap((side) => [`${side}cpu`, `${side}memory`])];
const COUNTS =
  'count/pods count/replicasets.apps count/controllerrevisions.apps count/jobs.batch count/persistentvolumeclaims persistentvolumeclaims requests.storage fast.storageclass.storage.k8s.io/requests.storage fast.storageclass.storage.k8s.io/persistentvolumeclaims services services.nodeports services.loadbalancers count/endpointslices.discovery.k8s.io count/deployments.apps requests.example.com/gpu'.split(
    ' ',
  );
const hardOf = (names: readonly string[]) =>
  `{ ${names.map((name) => `"${name}": ${/memory|storage$/.test(name) ? '1000Gi' : '1000'}`).join(', ')} }`;
const quota = (namespace: string, hard: string) =>
  `apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: q, namespace: ${namespace} }\nspec: { hard: ${hard} }\n`;
const inNamespace = (namespace: string, text: string) =>
  text.replace('metadata: {', `metadata: { namespace: ${namespace},`);
const parsed = (text: string) => {
  const found: unknown = parse(text);
  if (!isKubeObject(found)) throw new Error(text);
  return found;
};

test('is what the API server counts, of everything that a quota counts', async () => {
  const cases = Object.entries(COUNTED).map(([name, text], n) => ({
    name,
    text,
    namespace: `${stage.namespace}-${n}`,
  }));
  const names = [...OF_RUNNING, ...COUNTS];
  kubectl(
    ['apply', '-f', '-'],
    cases
      .flatMap(({ namespace }) => [
        `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${namespace} }\n`,
        quota(namespace, hardOf(names)),
      ])
      .join('---\n'),
  );
  const used = (): Map<string, Record<string, string>> => {
    const list: unknown = JSON.parse(kubectl(['get', 'quota', '-A', '-o', 'json']));
    const items = isRecord(list) && Array.isArray(list.items) ? list.items.filter(isKubeObject) : [];
    return new Map(
      items.map(({ metadata, status }) => [
        metadata.namespace ?? '',
        isRecord(status) && isRecord(status.used)
          ? Object.fromEntries(Object.entries(status.used).map(([key, value]) => [key, String(value)]))
          : {},
      ]),
    );
  };
  await expect
    .poll(() => cases.filter(({ namespace }) => Object.keys(used().get(namespace) ?? {}).length < names.length), {
      timeout: 120_000,
      interval: 1_000,
    })
    .toEqual([]);
  kubectl(['apply', '-f', '-'], cases.map(({ namespace, text }) => inNamespace(namespace, text)).join('---\n'));
  const differences = () => {
    const now = used();
    return cases.flatMap(({ name, text, namespace }) => {
      const ours = needsOf(parsed(text));
      const counted = now.get(namespace) ?? {};
      return names
        .filter((resource) => parsed(text).kind !== 'Job' || !OF_RUNNING.includes(resource))
        .filter((resource) => {
          const theirs = parseQuantity(counted[resource] ?? '') ?? ZERO;
          return compareQuantity(theirs, ours.get(resource) ?? ZERO) !== 0;
        })
        .map((resource) => `${name}: ${resource} is ${counted[resource]}`);
    });
  };
  await expect.poll(differences, { timeout: 120_000, interval: 1_000 }).toEqual([]);
  kubectl(['delete', 'namespace', '--wait=false', ...cases.map(({ namespace }) => namespace)]);
}, 400_000);

/** Pods that say less than a quota counts: with which quota, and what admission says of it. */
const SILENT: readonly (readonly [hard: string, text: string])[] = [
  ['limits.cpu', pod(podSpec('{ requests: { cpu: 1m } }'))],
  ['requests.cpu', pod(podSpec('{ limits: { cpu: 1 } }'))],
  ['limits.cpu', pod(`{ initContainers: [${container('', 'i')}], containers: [${container(R)}] }`)],
  ['limits.cpu', pod(`{ containers: [${container(R)}, ${container('', 'b')}] }`)],
  ['limits.cpu', pod(`{ resources: { limits: { cpu: 1 } }, containers: [${container('')}] }`)],
  ['limits.cpu', pod(`{ resources: { requests: { cpu: 1 } }, containers: [${container('')}] }`)],
  ['limits.memory', pod(`{ resources: { limits: { cpu: 1 } }, containers: [${container('')}] }`)],
  [
    'requests.memory',
    pod(`{ resources: { limits: { cpu: 1 } }, containers: [${container('{ requests: { memory: 1Mi } }')}] }`),
  ],
  ['requests.ephemeral-storage', pod(podSpec(R))],
  ['pods', pod(podSpec(''))],
];

test('what a quota requires each container to say is what admission refuses', async () => {
  const cases = SILENT.map(([hard, text], n) => ({ hard, text, namespace: `${stage.namespace}-s${n}` }));
  kubectl(
    ['apply', '-f', '-'],
    cases
      .flatMap(({ namespace, hard }) => [
        `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${namespace} }\n`,
        quota(namespace, hardOf([hard])),
      ])
      .join('---\n'),
  );
  const answers = () =>
    cases.map(({ namespace, text, hard }) => {
      const ours = unsaid(parsed(text), parsed(quota(namespace, hardOf([hard])))).length > 0;
      const answer = refusal(inNamespace(namespace, text));
      return {
        hard,
        text,
        refused: answer.includes('must specify'),
        ours,
        ...(/must specify|^$/.test(answer) ? {} : { answer }),
      };
    });
  await expect
    .poll(() => answers().filter(({ refused, ours, answer }) => refused !== ours || answer !== undefined), {
      timeout: 120_000,
      interval: 1_000,
    })
    .toEqual([]);
  kubectl(['delete', 'namespace', '--wait=false', ...cases.map(({ namespace }) => namespace)]);
}, 400_000);

function refusal(text: string): string {
  try {
    kubectl(['create', '--dry-run=server', '-f', '-'], text);
    return '';
  } catch (error) {
    return String(error);
  }
}
