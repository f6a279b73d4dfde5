import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubeEvent, KubeObject } from '../kube-object.ts';
import { diagnose, type Tree } from './index.ts';

const T0 = Date.parse('2026-11-23T10:00:00Z');
const iso = (seconds: number): string => new Date(T0 + seconds * 1000).toISOString();
/** What is seen this many seconds after it was created. */
const secondsIn = (seconds: number) => ({ now: T0 + seconds * 1000, since: T0 });

const pod = (
  status: Record<string, unknown>,
  spec: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1', namespace: 'shop', uid: 'p1', creationTimestamp: iso(0), ...more },
  spec: {
    containers: [{ name: 'web', image: 'registry.local/web:1', resources: { limits: { memory: '64Mi' } } }],
    ...spec,
  },
  status: { phase: 'Pending', startTime: iso(0), ...status },
});
const container = (state: unknown, more: Record<string, unknown> = {}) => ({
  containerStatuses: [
    { name: 'web', image: 'registry.local/web:1', imageID: '', ready: false, restartCount: 0, state, ...more },
  ],
});
const waits = (reason: string, message = '') => ({ waiting: { reason, message } });
const event = (about: KubeObject, reason: string, message: string, at = 1, type = 'Warning'): KubeEvent => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: `${reason}-${at}`, creationTimestamp: iso(at) },
  involvedObject: {
    apiVersion: about.apiVersion,
    kind: about.kind,
    name: about.metadata.name,
    uid: about.metadata.uid,
  },
  type,
  reason,
  message,
  firstTimestamp: iso(at),
  lastTimestamp: iso(at),
});
const owned = (owner: KubeObject) => ({
  ownerReferences: [
    { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name ?? '', uid: owner.metadata.uid ?? '' },
  ],
});
const tree = (root: KubeObject, events: readonly KubeEvent[] = [], ...others: KubeObject[]): Tree => ({
  root,
  objects: [root, ...others],
  events,
});

const said = (of: Tree, seconds: number): string => {
  const failure = diagnose(of, secondsIn(seconds));
  return failure === undefined ? 'nothing' : `${failure.type} ${failure.reason}${failure.final ? ' final' : ''}`;
};

const crash = (exitCode: number, restarts: number, more: Record<string, unknown> = {}) =>
  pod({
    phase: 'Running',
    ...container(waits('CrashLoopBackOff', 'back-off 10s restarting failed container'), {
      restartCount: restarts,
      lastState: { terminated: { exitCode, reason: 'Error', startedAt: iso(1), finishedAt: iso(2), ...more } },
    }),
  });

describe('images', () => {
  const NOT_FOUND =
    'rpc error: code = NotFound desc = failed to pull and unpack image "registry.local/web:nope": failed to resolve reference "registry.local/web:nope": registry.local/web:nope: not found';
  const pulling = (message: string, reason = 'ErrImagePull') => tree(pod(container(waits(reason, message))));

  test.each([
    ['a missing tag', pulling(NOT_FOUND), 'ImagePull ImageNotFound final'],
    [
      "a missing tag in a newer kubelet's back-off",
      pulling(`Back-off pulling image "registry.local/web:1": ErrImagePull: ${NOT_FOUND}`, 'ImagePullBackOff'),
      'ImagePull ImageNotFound final',
    ],
    [
      'manifest unknown',
      pulling('reading manifest nope in quay.io/x/y: manifest unknown'),
      'ImagePull ImageNotFound final',
    ],
    [
      'no permission',
      pulling(
        'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://registry.local/token: 401 Unauthorized',
      ),
      'ImagePull PullDenied final',
    ],
    [
      'denied',
      pulling(
        'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
      ),
      'ImagePull PullDenied final',
    ],
    [
      'a bad name',
      pulling(
        'Failed to apply default image tag "Web:1": couldn\'t parse image name: invalid reference format',
        'InvalidImageName',
      ),
      'ImagePull InvalidImageName final',
    ],
    [
      'never to be pulled',
      pulling('Container image "x" is not present with pull policy of Never', 'ErrImageNeverPull'),
      'ImagePull ErrImageNeverPull final',
    ],
    [
      'another architecture',
      pulling('no match for platform in manifest: not found'),
      'ImagePull WrongArchitecture final',
    ],
    [
      'an image policy',
      pulling('Source image rejected: A signature was required, but no signature exists', 'SignatureValidationFailed'),
      'ImagePull PolicyRejected final',
    ],
    [
      'a registry that is not there, so far',
      pulling('dial tcp: lookup registry.local: no such host'),
      'ImagePull RegistryUnreachable',
    ],
    [
      'a certificate that is not trusted, so far',
      pulling('tls: failed to verify certificate: x509: certificate signed by unknown authority'),
      'ImagePull RegistryUntrusted',
    ],
    ['a rate limit', pulling('toomanyrequests: You have reached your pull rate limit'), 'ImagePull RateLimited'],
  ])('%s', (_, of, expected) => {
    expect(said(of, 3)).toBe(expected);
  });

  test('a registry that is not there is final once it has lasted', () => {
    expect(said(pulling('dial tcp: lookup registry.local: no such host'), 60)).toBe(
      'ImagePull RegistryUnreachable final',
    );
    expect(said(pulling('toomanyrequests: You have reached your pull rate limit'), 600)).toBe('ImagePull RateLimited');
  });

  test("an older kubelet's back-off names no cause: the event does", () => {
    const p = pod(container(waits('ImagePullBackOff', 'Back-off pulling image "registry.local/web:1"')));
    expect(said(tree(p, [event(p, 'Failed', `Failed to pull image "registry.local/web:1": ${NOT_FOUND}`)]), 3)).toBe(
      'ImagePull ImageNotFound final',
    );
    expect(said(tree(p), 3)).toBe('ImagePull ImagePullFailed');
  });
});

describe('containers', () => {
  test.each([
    ['one crash may be chance', crash(1, 1), 'Crash CrashLoopBackOff'],
    ['three are none', crash(1, 2), 'Crash CrashLoopBackOff final'],
    ['a program that is not there never will be', crash(127, 1), 'Crash ContainerCannotRun final'],
    ['out of memory', crash(137, 1, { reason: 'OOMKilled' }), 'Crash OOMKilled final'],
    ['a program that ends by itself', crash(0, 3, { reason: 'Completed' }), 'Crash CrashLoopBackOff final'],
    [
      'the runtime can not start it',
      pod(
        container(
          waits(
            'RunContainerError',
            'failed to create containerd task: exec: "nope": executable file not found in $PATH',
          ),
        ),
      ),
      'Crash RunContainerError final',
    ],
    [
      'a Secret that is not there, yet',
      pod(container(waits('CreateContainerConfigError', 'secret "db" not found'))),
      'Missing SecretNotFound',
    ],
    [
      'a key that is not there, yet',
      pod(container(waits('CreateContainerConfigError', "couldn't find key password in Secret shop/db"))),
      'Missing KeyNotFound',
    ],
    [
      'an image that runs as root',
      pod(
        container(
          waits(
            'CreateContainerConfigError',
            'container has runAsNonRoot and image will run as root (pod: "web-1_shop", container: web)',
          ),
        ),
      ),
      'Admission RunAsNonRoot final',
    ],
    [
      'a Pod that is not restarted',
      pod(
        { phase: 'Failed', ...container({ terminated: { exitCode: 3, reason: 'Error' } }) },
        { restartPolicy: 'Never' },
      ),
      'Crash ContainerFailed final',
    ],
    [
      'a Pod that ended well',
      pod(
        { phase: 'Succeeded', ...container({ terminated: { exitCode: 0, reason: 'Completed' } }) },
        { restartPolicy: 'Never' },
      ),
      'nothing',
    ],
    [
      'a Pod that runs',
      pod({ phase: 'Running', ...container({ running: { startedAt: iso(1) } }, { ready: true }) }),
      'nothing',
    ],
    ['a Pod that is being created', pod(container(waits('ContainerCreating'))), 'nothing'],
    [
      'a crash behind it',
      pod({
        phase: 'Running',
        ...container(
          { running: { startedAt: iso(2) } },
          { ready: true, restartCount: 1, lastState: { terminated: { exitCode: 1 } } },
        ),
      }),
      'nothing',
    ],
  ])('%s', (_, p, expected) => {
    expect(said(tree(p), 3)).toBe(expected);
  });

  test('an init container that fails is named, with its exit code and its logs', () => {
    const p = pod({
      initContainerStatuses: [
        {
          name: 'migrate',
          ready: false,
          restartCount: 2,
          state: waits('CrashLoopBackOff'),
          lastState: { terminated: { exitCode: 4, reason: 'Error' } },
        },
      ],
      containerStatuses: [{ name: 'web', ready: false, restartCount: 0, state: waits('PodInitializing') }],
    });
    expect(diagnose(tree(p), secondsIn(20))).toMatchObject({
      type: 'Crash',
      reason: 'InitContainerFailed',
      final: true,
      object: 'Pod/web-1',
      message: expect.stringMatching(/init container migrate .*exit code 4/),
      needs_logs: [{ pod: 'web-1', container: 'migrate', previous: true }],
    });
  });

  test('out of memory names the limit', () => {
    expect(diagnose(tree(crash(137, 1, { reason: 'OOMKilled' })), secondsIn(3))?.message).toMatch(/limit of 64Mi/);
  });

  test('a missing Secret is final after its grace', () => {
    const p = pod(container(waits('CreateContainerConfigError', 'secret "db" not found')));
    expect(said(tree(p), 11)).toBe('Missing SecretNotFound final');
  });

  test('a liveness probe that kills is told as such', () => {
    const p = crash(137, 3);
    const events = [
      event(p, 'Unhealthy', 'Liveness probe failed: HTTP probe failed with statuscode: 500'),
      event(p, 'Killing', 'Container web failed liveness probe, will be restarted', 2, 'Normal'),
    ];
    expect(said(tree(p, events), 90)).toBe('Crash LivenessProbeFailed final');
  });

  test('a readiness probe that fails is the best explanation so far, never the end', () => {
    const p = pod({ phase: 'Running', ...container({ running: { startedAt: iso(1) } }) });
    expect(
      said(
        tree(p, [event(p, 'Unhealthy', 'Readiness probe failed: dial tcp 10.0.0.1:80: connect: connection refused')]),
        100,
      ),
    ).toBe('Timeout ReadinessProbeFailing');
  });

  test('a volume whose ConfigMap is not there', () => {
    const p = pod(container(waits('ContainerCreating')));
    const e = event(p, 'FailedMount', 'MountVolume.SetUp failed for volume "config" : configmap "web" not found');
    expect(said(tree(p, [e]), 5)).toBe('Missing ConfigMapNotFound');
    expect(said(tree(p, [e]), 20)).toBe('Missing ConfigMapNotFound final');
  });
});

describe('scheduling and storage', () => {
  const unscheduled = (message: string, at = 0) =>
    pod(
      {
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastTransitionTime: iso(at) },
        ],
      },
      { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
    );
  const claim: KubeObject = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'shop', uid: 'c1', creationTimestamp: iso(0) },
    status: { phase: 'Pending' },
  };
  const CPU = '0/3 nodes are available: 3 Insufficient cpu.';
  const UNBOUND = '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.';

  test("the scheduler's words, final after a grace", () => {
    expect(said(tree(unscheduled(CPU)), 5)).toBe('Scheduling Unschedulable');
    expect(diagnose(tree(unscheduled(CPU)), secondsIn(20))).toMatchObject({
      type: 'Scheduling',
      message: CPU,
      final: true,
      action: expect.stringMatching(/ask for less/),
    });
  });

  test('an autoscaler that has begun to add a node is waited for, until it says no', () => {
    const p = unscheduled(CPU);
    const up = event(p, 'TriggeredScaleUp', 'pod triggered scale-up', 2, 'Normal');
    expect(said(tree(p, [up]), 100)).toBe('Scheduling Unschedulable');
    expect(said(tree(p, [up, event(p, 'NotTriggerScaleUp', "pod didn't trigger scale-up", 3, 'Normal')]), 100)).toBe(
      'Scheduling Unschedulable final',
    );
  });

  test('an unbound claim is Storage, in the words of its provisioner', () => {
    const p = unscheduled(UNBOUND);
    const e = event(claim, 'ProvisioningFailed', 'storageclass.storage.k8s.io "fast" not found');
    expect(said(tree(p, [e], claim), 3)).toBe('Storage StorageClassNotFound');
    expect(said(tree(p, [e], claim), 30)).toBe('Storage StorageClassNotFound final');
    const none = event(
      claim,
      'FailedBinding',
      'no persistent volumes available for this claim and no storage class is set',
      1,
      'Normal',
    );
    expect(said(tree(p, [none], claim), 30)).toBe('Storage NoStorageClass final');
  });

  test('a claim that waits for its first consumer, or is being provisioned, fails nothing', () => {
    expect(
      said(
        tree(claim, [
          event(claim, 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding', 1, 'Normal'),
        ]),
        200,
      ),
    ).toBe('nothing');
    const provisioning = event(
      claim,
      'ExternalProvisioning',
      'Waiting for a volume to be created either by the external provisioner',
      1,
      'Normal',
    );
    expect(said(tree(unscheduled(UNBOUND), [provisioning], claim), 200)).not.toMatch(/final/);
  });

  test('a provisioner that failed has failed, whatever the binder says after it; one that tries again is waited for', () => {
    const p = unscheduled(UNBOUND);
    const begun = (at: number) => event(claim, 'Provisioning', 'External provisioner is provisioning', at, 'Normal');
    const binder = event(claim, 'ExternalProvisioning', 'Waiting for a volume to be created', 9, 'Normal');
    const full = (at: number) => event(claim, 'ProvisioningFailed', '900Ti asked for, and 5Gi free', at);
    expect(said(tree(p, [full(3), begun(3), binder], claim), 30)).toBe('Storage ProvisioningFailed final');
    expect(said(tree(p, [begun(3), full(4), binder], claim), 30)).toBe('Storage ProvisioningFailed final');
    expect(said(tree(p, [full(3), begun(8), binder], claim), 30)).not.toMatch(/final/);
  });

  test('a claim that nobody provisions leaves its Pod unscheduled: final', () => {
    expect(said(tree(unscheduled(UNBOUND), [], claim), 30)).toBe('Storage UnboundClaims final');
  });

  test('a claim whose first consumer finds no volume: final, though the claim waits for a consumer', () => {
    const waits = event(claim, 'WaitForPodScheduled', 'waiting for pod p to be scheduled', 1, 'Normal');
    const none = "0/1 nodes are available: 1 node(s) didn't find available persistent volumes to bind.";
    expect(said(tree(unscheduled(none), [waits], claim), 30)).toBe('Storage UnboundClaims final');
    expect(said(tree(unscheduled(none), [waits], claim), 5)).toBe('Storage UnboundClaims');
  });
});

describe('owners', () => {
  const deployment: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', uid: 'd1', creationTimestamp: iso(0) },
    status: {},
  };
  const set: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web-7f', uid: 'r1', ...owned(deployment) },
    status: {},
  };
  const create = (message: string) => tree(deployment, [event(set, 'FailedCreate', `Error creating: ${message}`)], set);

  test.each([
    [
      'quota',
      'pods "web-7f-x" is forbidden: exceeded quota: compute, requested: limits.memory=2Gi,pods=1, used: limits.memory=3Gi,pods=3, limited: limits.memory=4Gi,pods=10',
      'Quota ExceededQuota final',
    ],
    [
      'quota without requests',
      'pods "web-7f-x" is forbidden: failed quota: compute: must specify limits.memory for: web',
      'Quota QuotaNeedsRequests final',
    ],
    [
      'limit range',
      'pods "web-7f-x" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
      'Quota LimitRange final',
    ],
    [
      'pod security',
      'pods "web-7f-x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
      'Admission PodSecurity final',
    ],
    [
      'scc',
      'pods "web-7f-x" is forbidden: unable to validate against any security context constraint: [provider "anyuid": Forbidden: not usable by user or serviceaccount]',
      'Admission SecurityContextConstraints final',
    ],
    [
      'service account',
      'pods "web-7f-" is forbidden: error looking up service account shop/web: serviceaccount "web" not found',
      'Missing ServiceAccountNotFound',
    ],
    [
      'webhook',
      'admission webhook "pods.policy.example.org" denied the request: no latest tags',
      'Admission WebhookDenied final',
    ],
  ])('%s', (_, message, expected) => {
    expect(said(create(message), 10)).toBe(expected);
  });

  test('a service account that does not come is final after its grace', () => {
    const of = create(
      'pods "x" is forbidden: error looking up service account shop/web: serviceaccount "web" not found',
    );
    expect(said(of, 15)).toBe('Missing ServiceAccountNotFound final');
  });

  test('quota names used, hard and requested', () => {
    const failure = diagnose(
      create(
        'pods "x" is forbidden: exceeded quota: compute, requested: limits.memory=2Gi, used: limits.memory=3Gi, limited: limits.memory=4Gi',
      ),
      secondsIn(10),
    );
    expect(failure).toMatchObject({
      object: 'ReplicaSet/web-7f',
      message: 'exceeded quota compute (limits.memory: used 3Gi of hard 4Gi, requested 2Gi)',
    });
  });

  test.each([
    ['more than the whole quota', 'requested: pods=1, used: pods=0, limited: pods=0', 'Quota ExceededQuota final'],
    [
      'of several, one for more',
      'requested: cpu=3,pods=1, used: cpu=0,pods=0, limited: cpu=2,pods=9',
      'Quota ExceededQuota final',
    ],
    ['what something else holds now', 'requested: pods=1, used: pods=2, limited: pods=2', 'Quota ExceededQuota'],
  ])('a quota refused for %s is told at once, or given its grace', (_, amounts, wanted) => {
    const of = create(`pods "x" is forbidden: exceeded quota: compute, ${amounts}`);
    expect(said(of, 0)).toBe(wanted);
  });

  test('a refusal that is behind it is no failure', () => {
    const made = pod({ phase: 'Running', ...container({ running: {} }, { ready: true }) }, {}, owned(set));
    const { events, root } = create('exceeded quota: compute, requested: pods=1, used: pods=1, limited: pods=1');
    expect(said({ root, objects: [deployment, set, made], events }, 60)).toBe('nothing');
  });

  test("a Pod's own reason comes before its Deployment's deadline", () => {
    const late: KubeObject = {
      ...deployment,
      status: {
        conditions: [
          { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' },
        ],
      },
    };
    const bad = pod(container(waits('ErrImagePull', 'manifest unknown')), {}, owned(set));
    expect(said(tree(late, [], set, bad), 700)).toBe('ImagePull ImageNotFound final');
    expect(said(tree(late, [], set), 700)).toBe('Timeout ProgressDeadlineExceeded final');
  });

  test("a Job's end is told by its Pod's exit code, or else by itself", () => {
    const job: KubeObject = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'j', uid: 'j1' },
      status: {
        conditions: [
          {
            type: 'Failed',
            status: 'True',
            reason: 'BackoffLimitExceeded',
            message: 'Job has reached the specified backoff limit',
          },
        ],
      },
    };
    const p = pod(
      { phase: 'Failed', ...container({ terminated: { exitCode: 9, reason: 'Error' } }) },
      { restartPolicy: 'Never' },
      owned(job),
    );
    expect(said(tree(job, [], p), 20)).toBe('Crash ContainerFailed final');
    expect(said(tree(job), 20)).toBe('Crash BackoffLimitExceeded final');
  });

  test('a Pod of a Job that may still be retried ends nothing', () => {
    const job: KubeObject = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'j', uid: 'j1' },
      spec: { backoffLimit: 3 },
      status: { active: 1, failed: 1 },
    };
    const p = pod(
      { phase: 'Failed', ...container({ terminated: { exitCode: 9, reason: 'Error' } }) },
      { restartPolicy: 'Never' },
      owned(job),
    );
    expect(said(tree(job, [], p), 20)).toBe('Crash ContainerFailed');
  });
});

describe('custom resources', () => {
  const cluster = (more: Record<string, unknown> = {}, status?: unknown): KubeObject => ({
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Cluster',
    metadata: {
      name: 'pg',
      uid: 'pg1',
      creationTimestamp: iso(0),
      managedFields: [{ manager: 'infragate', operation: 'Apply' }],
      ...more,
    },
    ...(status === undefined ? {} : { status }),
  });

  test('an operator that never looked is Missing, and may still come', () => {
    expect(said(tree(cluster()), 110)).toBe('Missing OperatorSilent');
  });

  test('one that wrote anything, said anything or made anything did look', () => {
    expect(
      said(
        tree(cluster({ managedFields: [{ manager: 'infragate' }, { manager: 'cnpg', subresource: 'status' }] })),
        110,
      ),
    ).toBe('nothing');
    expect(said(tree(cluster(), [event(cluster(), 'CreatingInstance', 'Creating pg-1', 1, 'Normal')]), 110)).toBe(
      'nothing',
    );
  });

  test("what its operator complains of is told in the operator's words", () => {
    const object = cluster({}, { phase: 'Setting up primary' });
    expect(
      diagnose(
        tree(object, [
          event(
            object,
            'FailedCreate',
            'cannot create resource "pods": is forbidden: User "system:serviceaccount:cnpg:mgr" cannot create resource "pods"',
          ),
        ]),
        secondsIn(60),
      ),
    ).toMatchObject({ type: 'Permission' });
  });

  test("a Pod's reason comes before anything its custom resource says", () => {
    const object = cluster({}, { phase: 'Setting up primary' });
    const bad = pod(container(waits('ErrImagePull', 'manifest unknown')), {}, owned(object));
    expect(said(tree(object, [], bad), 10)).toBe('ImagePull ImageNotFound final');
  });
});

test('no JSON makes it throw', () => {
  const any = fc.jsonValue();
  const kinds = ['Pod', 'PersistentVolumeClaim', 'Deployment', 'Job', 'Widget'];
  fc.assert(
    fc.property(fc.constantFrom(...kinds), any, any, any, (kind, spec, status, said) => {
      const root: KubeObject = {
        apiVersion: kind === 'Widget' ? 'example.org/v1' : 'v1',
        kind,
        metadata: { name: 'x' },
        spec,
        status,
      };
      const e: KubeEvent = {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: {},
        involvedObject: said,
        reason: said,
        message: said,
      };
      diagnose({ root, objects: [root], events: [e] }, secondsIn(10));
    }),
    { numRuns: 2000 },
  );
});

describe('what passes by itself is not final', () => {
  const config = (message: string, seconds = 120) =>
    said(tree(pod(container(waits('CreateContainerConfigError', message)))), seconds);
  const create = (message: string) => said(tree(pod(container(waits('CreateContainerError', message)))), 120);
  const pull = (message: string, image: string) =>
    said(
      tree(
        pod(
          {
            containerStatuses: [
              { name: 'web', image, imageID: '', ready: false, restartCount: 0, state: waits('ErrImagePull', message) },
            ],
          },
          { containers: [{ name: 'web', image }] },
        ),
      ),
      120,
    );
  const claim: KubeObject = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'shop', uid: 'c1', creationTimestamp: iso(0) },
    spec: {},
    status: { phase: 'Pending' },
  };
  const provisioning = (message: string, failedAt: number, seconds: number) =>
    said(tree(claim, [event(claim, 'ProvisioningFailed', message, failedAt)]), seconds);

  test.each([
    ['a cache that is not filled yet', config('failed to sync secret cache: timed out waiting for the condition')],
    ['the same of a ConfigMap', config('failed to sync configmap cache: timed out waiting for the condition')],
    [
      'a name that an earlier, slow creation holds',
      create('failed to reserve container name web_1: name is reserved for 4f2b'),
    ],
    ['a runtime that does not answer in time', create('context deadline exceeded')],
    [
      'a provisioner that failed a second ago, on an old claim',
      provisioning('rpc error: code = Internal desc = quota', 599, 600),
    ],
    [
      'a provisioner that was not reached, for long',
      provisioning('rpc error: code = DeadlineExceeded desc = context deadline exceeded', 0, 600),
    ],
    [
      'a registry that answers 502',
      pull(
        'unexpected status from HEAD request to https://registry.local/v2/web/manifests/1: 502 Bad Gateway',
        'registry.local/web:1',
      ),
    ],
  ])('%s', (_, found) => {
    expect(found).not.toMatch(/final|nothing/);
  });

  test.each([
    ['a wrong reference to a key', config("couldn't find key password in Secret shop/db")],
    ['a mount that can not be', create('failed to mount "/data": not a directory')],
    [
      'a provisioner that refuses for long',
      provisioning('rpc error: code = InvalidArgument desc = size too small', 0, 600),
    ],
  ])('%s is', (_, found) => {
    expect(found).toMatch(/final$/);
  });

  test.each([
    ['connection refused', 'dial tcp 10.96.4.4:5432: connect: connection refused'],
    ['a host that is not there yet', 'lookup db on 10.96.0.10:53: no such host'],
    ['a database that starts', 'FATAL: the database system is starting up'],
  ])('a crash that says: %s', (_, message) => {
    expect(said(tree(crash(1, 4, { message })), 60)).toBe('Crash CrashLoopBackOff');
    expect(said(tree(crash(1, 4, { message: 'panic: no such flag' })), 60)).toBe('Crash CrashLoopBackOff final');
  });

  test.each([
    [
      'jenkins/jenkins:2.401.3',
      'Head "https://registry-1.docker.io/v2/jenkins/jenkins/manifests/2.401.3": dial tcp: i/o timeout',
      'RegistryUnreachable',
    ],
    [
      'ghcr.io/shop/not-found:403',
      'failed to pull image "ghcr.io/shop/not-found:403": dial tcp 10.8.0.9:443: connect: connection refused',
      'RegistryUnreachable',
    ],
    ['shop/forbidden:429', 'shop/forbidden:429: not found', 'ImageNotFound'],
    ['shop/x509:1', 'failed to pull image "shop/x509:1": unexpected status: 401 Unauthorized', 'PullDenied'],
  ])("the name %s is not the registry's answer", (image, message, reason) => {
    expect(pull(message, image)).toContain(reason);
  });
});
