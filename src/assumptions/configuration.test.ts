import { describe, expect, test } from 'vitest';
import { discoveryOf, type Kind, type Resource } from '../cluster/discovery.ts';
import type { Reader } from '../cluster/index.ts';
import { parseQuantity } from '../objects/index.ts';
import { amounts } from './configuration/capacity.ts';
import { satisfies } from './configuration/versions.ts';
import { checkConfiguration, configurationSubject, FORMS } from './configuration.ts';
import { createWorld } from './world.ts';

const subject = (sentence: string) => {
  const read = configurationSubject(sentence);
  return read.ok ? read.subject.replace('configuration:', '') : '';
};

/** Sentences as people write them → the one subject. */
const SENTENCES = [
  ['StorageClass gp3-csi exists', 'StorageClass/gp3-csi'],
  ['storage class gp3-csi', 'StorageClass/gp3-csi'],
  ['StorageClass/gp3-csi', 'StorageClass/gp3-csi'],
  ['default StorageClass', 'default StorageClass'],
  ['a default storage class exists', 'default StorageClass'],
  ['RWX volumes', 'RWX volumes'],
  ['ReadWriteMany storage', 'RWX volumes'],
  ['PVC of 10Gi with StorageClass fast', 'PVC of 10Gi with StorageClass fast'],
  ['NetworkPolicy enforced', 'NetworkPolicy enforced'],
  ['network policies are enforced', 'NetworkPolicy enforced'],
  ['IngressClass nginx', 'IngressClass nginx'],
  ['default IngressClass', 'default IngressClass'],
  ['Route support', 'Route support'],
  ['LoadBalancer services', 'LoadBalancer services'],
  ['2 CPU and 4Gi free in quota', '2 cpu and 4Gi memory free in quota'],
  ['500m cpu, 1Gi memory free in the quota', '500m cpu and 1Gi memory free in quota'],
  ['a node with 2 CPU and 4Gi free', 'node with 2 cpu and 4Gi memory free'],
  ['can create Secrets in namespace', 'can create secrets'],
  ['can create secrets', 'can create secrets'],
  ['can list nodes in all namespaces', 'can list nodes in all namespaces'],
  ['can get pods/log in namespace demo', 'can get pods/log in namespace demo'],
  ['Kubernetes >= 1.27', 'Kubernetes >= 1.27'],
  ['Kubernetes 1.27+', 'Kubernetes >= 1.27'],
  ['k8s < 1.40', 'Kubernetes < 1.40'],
  ['OpenShift 4.14', 'OpenShift >= 4.14'],
  ['runs as non-root', 'runs as non-root'],
  ['anyuid', 'runs as any UID (anyuid)'],
  ['SCC anyuid for service account web', 'runs as any UID (anyuid) for web'],
  ['privileged containers', 'privileged containers'],
  ['node with label disk=ssd', 'node with label disk=ssd'],
  ['nodes labelled disk', 'node with label disk'],
  ['x86_64 nodes', 'amd64 nodes'],
  ['at least 3 worker nodes', '3 nodes'],
  ['PodDisruptionBudget', 'PodDisruptionBudget support'],
  ['namespace demo exists', 'namespace demo exists'],
  ['RWO volumes', 'RWO volumes'],
  ['ReadWriteOnce storage is available', 'RWO volumes'],
  ['metrics API available', 'metrics API'],
  ['metrics-server', 'metrics API'],
  ['can exec into pods', 'can exec into pods'],
  ['can port-forward to pods', 'can port-forward to pods'],
  ['can read pod logs in namespace demo', 'can read logs of pods in namespace demo'],
  ['privileged pods allowed', 'privileged containers'],
  ['privileged containers are allowed for runner', 'privileged containers for runner'],
  ['egress to gitlab.example.com:443', 'egress to gitlab.example.com:443'],
  ['outbound access to https://Registry.Example.com', 'egress to registry.example.com:443'],
  ['can use SCC anyuid', 'can use SCC anyuid'],
  ['may use the SecurityContextConstraints nonroot-v2', 'can use SCC nonroot-v2'],
  ['ClusterSecretStore vault exists', 'ClusterSecretStore vault exists'],
  ['Certificate web in namespace edge exists', 'Certificate web in namespace edge exists'],
  ['egress to gitlab.example.com:443 is allowed', 'egress to gitlab.example.com:443'],
  ['egress allowed to gitlab.example.com:443', 'egress to gitlab.example.com:443'],
  ['pods can connect to db.example.com:5432', 'egress to db.example.com:5432'],
  ['allow egress to db.example.com:5432', 'egress to db.example.com:5432'],
  ['metrics available', 'metrics API'],
  ['kubectl top works', 'metrics API'],
  ['RWO PVCs', 'RWO volumes'],
  ['volumes with ReadWriteMany access', 'RWX volumes'],
  ['exec into pods', 'can exec into pods'],
  ['kubectl exec works', 'can exec into pods'],
  ['can exec into pods in shop', 'can exec into pods in namespace shop'],
  ['can use anyuid SCC', 'can use SCC anyuid'],
  ['can use the "anyuid" SCC', 'can use SCC anyuid'],
  ['SCC nonroot-v2', 'can use SCC nonroot-v2'],
  ['pods can run privileged', 'privileged containers'],
  ['LoadBalancer service type supported', 'LoadBalancer services'],
  ['CRD certificates.cert-manager.io exists', 'CustomResourceDefinition certificates.cert-manager.io exists'],
  ['ClusterIssuer letsencrypt is there', 'clusterissuer letsencrypt exists'],
  ['ClusterIssuer letsencrypt must exist', 'clusterissuer letsencrypt exists'],
  ['secret shop/db exists', 'secret db in namespace shop exists'],
  ['Issuer ca in shop exists', 'issuer ca in namespace shop exists'],
  ['Secret db-auth with key password exists', 'secret db-auth with key password exists'],
] as const;

describe('two ways of saying one requirement have one subject', () => {
  test.each(SENTENCES)('%s', (sentence, wanted) => expect(subject(sentence)).toBe(wanted));

  test('a subject read again is itself, so that a plan and a gate name the same thing', () => {
    for (const [sentence] of SENTENCES) expect(subject(subject(sentence))).toBe(subject(sentence));
  });
});

test('a sentence nobody recognises is unknown, and every form is told', async () => {
  const world = createWorld({} as Parameters<typeof createWorld>[0], 'demo');
  for (const sentence of ['the moon is full', 'Internet', 'backups are taken', 'fast']) {
    const found = await checkConfiguration(world, `configuration:${sentence}`);
    expect(found.verdict).toMatchObject({ status: 'unknown', reason: 'NotRecognised' });
    expect(found.evidence).toEqual({ forms: FORMS });
    expect(found.suggestion).toMatch(/^(say it as one of: .+ )?All forms: docs\/reference\/requirements\.md$/);
  }
});

test('amounts are exact decimals of the resource that is meant', () => {
  expect(amounts('2 CPU and 4Gi')).toEqual([
    { resource: 'cpu', wanted: parseQuantity('2'), written: '2 cpu' },
    { resource: 'memory', wanted: parseQuantity('4Gi'), written: '4Gi memory' },
  ]);
  expect(amounts('0.5 cores, 512Mi memory and 3 pods')?.map((a) => a.resource)).toEqual(['cpu', 'memory', 'pods']);
  expect(amounts('lots of CPU')).toBeUndefined();
  expect(amounts('2')).toBeUndefined();
});

test.each([
  ['v1.27.3', '', '1.27', true],
  ['v1.26.9', '>=', '1.27', false],
  ['v1.27.3', '=', '1.27', true],
  ['v1.28.0', '=', '1.27', false],
  ['v1.27.3', '<=', '1.27', true],
  ['v1.27.3', '>', '1.27', false],
  ['v1.9.0', '>=', '1.27', false],
  ['4.14.0-rc.1', '', '4.14', true],
  ['v1.27.3-eks-1', '<', '1.28', true],
])('%s %s %s is %s', (actual, operator, wanted, holds) => expect(satisfies(actual, operator, wanted)).toBe(holds));

describe('what could not be seen is unknown', () => {
  const served = ({ group, version = 'v1', kind }: Kind): Resource => ({
    ...{ group, version, kind, resource: `${kind.toLowerCase()}s`, singular: kind.toLowerCase(), namespaced: true },
    ...{ shortNames: [], categories: [], verbs: ['get', 'list'], subresources: [] },
  });
  const OPENSHIFTS = ['route.openshift.io', 'quota.openshift.io'];
  const failure = (status: number, reason: string, message = 'said so') => ({
    ok: false as const,
    error: { status, reason, message },
  });
  /** A cluster on a bad day, made up: a real one can't be made to have each of these. */
  const cluster = (stale: boolean, more: object = {}) => {
    const kinds = [
      served({ group: '', kind: 'ResourceQuota' }),
      served({ group: '', kind: 'Service' }),
      served({ group: 'apps', kind: 'DaemonSet' }),
    ];
    const theirs = stale ? [] : [served({ group: 'quota.openshift.io', kind: 'AppliedClusterResourceQuota' })];
    const groups = ['', 'apps', ...OPENSHIFTS].map((name) => ({
      name,
      versions: [{ version: 'v1', stale: stale && OPENSHIFTS.includes(name) }],
    }));
    const value = discoveryOf(groups, [...kinds, ...theirs], 'aggregated');
    return { discovery: async () => ({ ok: true, value }), ...more } as unknown as Reader;
  };
  const empty = async () => ({ ok: true, value: { items: [], resourceVersion: '1', truncated: false } });
  const verdict = async (reader: Reader, sentence: string) => {
    const found = await checkConfiguration(createWorld(reader, 'demo'), `configuration:${sentence}`);
    return `${found.verdict.status} ${found.verdict.reason}`;
  };

  test("a kind, while a group's server does not answer discovery", async () => {
    expect(await verdict(cluster(true), 'Route support')).toBe('unknown DiscoveryStale');
    expect(await verdict(cluster(false), 'Route support')).toBe('fail KindNotServed');
  });

  const plugin = (name: string, container: object) => ({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'kube-system' },
    spec: { template: { spec: { containers: [{ name: 'main' }, container] } } },
  });
  const agent = (...args: string[]) => plugin('aws-node', { name: 'aws-eks-nodeagent', args });
  test.each([
    ["EKS's own, as it comes", agent('--enable-ipv6=false', '--enable-network-policy=false'), 'fail NotEnforced'],
    ["EKS's own, told to", agent('--enable-network-policy=true'), 'pass Enforced'],
    ["EKS's own, told otherwise", agent(), 'unknown PluginNotSeen'],
    ["EKS's own before it could", plugin('aws-node', { name: 'other' }), 'fail NotEnforced'],
    ['an old kind', plugin('kindnet', { image: 'docker.io/kindest/kindnetd:v20230511-dc714da8' }), 'fail NotEnforced'],
    ['a new kind', plugin('kindnet', { image: 'docker.io/kindest/kindnetd:v20241023-a345ebe4' }), 'pass Enforced'],
    ['Calico', plugin('calico-node', {}), 'pass Enforced'],
    ['nothing known', plugin('ovs-cni-amd64', {}), 'unknown PluginNotSeen'],
  ])('whether NetworkPolicies are enforced, by the network plugin: %s', async (_, set, expected) => {
    const list = async () => ({ ok: true, value: { items: [set], resourceVersion: '1', truncated: false } });
    expect(await verdict(cluster(false, { list }), 'NetworkPolicy enforced')).toBe(expected);
  });

  test.each([
    ['a moment', 10_000, 'unknown NotShownYet'],
    ['an hour', 3_600_000, 'fail NoAddressGiven'],
  ])('whether a load balancer is given, by a Service that waits for it since %s', async (_, ago, expected) => {
    const creationTimestamp = new Date(Date.now() - ago).toISOString();
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'shop', creationTimestamp },
    };
    const items = [{ ...service, spec: { type: 'LoadBalancer' }, status: { loadBalancer: {} } }];
    const list = async () => ({ ok: true, value: { items, resourceVersion: '1', truncated: false } });
    expect(await verdict(cluster(false, { list }), 'LoadBalancer services')).toBe(expected);
  });

  test("OpenShift's quotas over several namespaces", async () => {
    const sentence = '1 cpu free in quota';
    const list = async (kind: { kind: string }) => (kind.kind === 'ResourceQuota' ? empty() : failure(504, 'Timeout'));
    expect(await verdict(cluster(true, { list: empty }), sentence)).toBe('unknown DiscoveryStale');
    expect(await verdict(cluster(false, { list }), sentence)).toBe('unknown Timeout');
    expect(await verdict(cluster(false, { list: empty }), sentence)).toBe('pass NoQuota');
  });

  test.each([
    [failure(0, 'Timeout'), 'unknown Timeout'],
    [failure(429, 'TooManyRequests'), 'unknown TooManyRequests'],
    [failure(500, 'InternalError', 'failed calling webhook "x"'), 'unknown InternalError'],
    [
      failure(403, 'Forbidden', 'User "x" cannot create resource "persistentvolumeclaims"'),
      'unknown PermissionMissing',
    ],
    [failure(403, 'Forbidden', 'exceeded quota: all'), 'fail ClaimRefused'],
    [failure(403, 'Forbidden', 'admission webhook "policy" denied the request'), 'fail ClaimRefused'],
    [failure(422, 'Invalid'), 'fail ClaimRefused'],
  ])('whether a claim would be taken: %j', async (answer, expected) => {
    expect(await verdict(cluster(false, { dryRun: async () => answer }), 'PVC of 10Gi')).toBe(expected);
  });
});
