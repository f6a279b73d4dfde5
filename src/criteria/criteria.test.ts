import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ownTime } from '../../test/support/pause.ts';
import type { KubeObject } from '../objects/index.ts';
import {
  alreadyTrueOn,
  needsPerson,
  type Predicate,
  parseCriteria,
  parseCriterion,
  type Subject,
  type View,
} from './index.ts';

const PG: Subject = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', name: 'pg-7f3a', was: 'pg' };
const WEB: Subject = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const SVC: Subject = { apiVersion: 'v1', kind: 'Service', name: 'web' };
const ROUTE: Subject = { apiVersion: 'route.openshift.io/v1', kind: 'Route', name: 'web' };

const cluster = (status?: unknown, generation = 1): KubeObject => ({
  apiVersion: 'postgresql.cnpg.io/v1',
  kind: 'Cluster',
  metadata: { name: 'pg-7f3a', uid: 'u-pg', generation },
  spec: { instances: 1 },
  ...(status === undefined ? {} : { status }),
});
const HEALTHY = {
  phase: 'Cluster in healthy state',
  readyInstances: 1,
  conditions: [{ type: 'Ready', status: 'True', reason: 'ClusterIsReady' }],
};
const pod = (name: string, state: unknown, more: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    uid: `u-${name}`,
    ownerReferences: [{ apiVersion: 'v1', kind: 'Cluster', name: 'pg', uid: 'u-pg' }],
  },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [{ name: 'c', imageID: 'x@sha256:1', restartCount: 0, state }],
    ...more,
  },
});
const RUNNING = { running: { startedAt: '2026-11-23T10:00:00Z' } };

function one(text: string, ...subjects: Subject[]): Predicate {
  const parsed = parseCriterion(text, { subjects });
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.predicate;
}
const judged = (text: string, subjects: Subject[], view: View) => {
  const { status, reason } = one(text, ...subjects).holds(view);
  return `${status} ${reason}`;
};

describe("the workflow's sentences", () => {
  test.each([
    ['Cluster reaches Ready state', 'pass ClusterIsReady', [cluster(HEALTHY)]],
    ['Cluster reaches Ready state', 'fail SettingUpPrimary', [cluster({ phase: 'Setting up primary' })]],
    ['Cluster reaches Ready state', 'fail NotFound', []],
    ['Cluster becomes healthy within 120 seconds', 'pass ClusterIsReady', [cluster(HEALTHY)]],
    ['Cluster reaches "Cluster in healthy state" phase', 'pass PhaseReached', [cluster(HEALTHY)]],
    ['1 instance ready', 'pass ReplicasReady', [cluster(HEALTHY)]],
    ['3 replicas ready', 'fail TooFewReplicas', [cluster(HEALTHY)]],
    ['Pod reaches Running state', 'pass Running', [cluster(HEALTHY), pod('pg-1', RUNNING)]],
    [
      'Pod reaches Running state',
      'fail ContainerNotRunning',
      [cluster(HEALTHY), pod('pg-1', { waiting: { reason: 'CrashLoopBackOff' } })],
    ],
    ['all pods are ready', 'pass ReadyTrue', [cluster(HEALTHY), pod('pg-1', RUNNING), pod('pg-2', RUNNING)]],
    ['Pod is Ready', 'fail NotReady', [pod('pg-1', RUNNING, { conditions: [{ type: 'Ready', status: 'False' }] })]],
    ['Pod reaches Running state', 'pass Succeeded', [pod('pg-1', RUNNING, { phase: 'Succeeded' })]],
    [
      'all pods are ready',
      'pass ReadyTrue',
      [
        pod('pg-1', RUNNING),
        pod('initdb', RUNNING, { phase: 'Succeeded', conditions: [{ type: 'Ready', status: 'False' }] }),
      ],
    ],
    ['image pulled', 'pass Started', [cluster(HEALTHY), pod('pg-1', RUNNING)]],
    ['image pulled', 'fail NoPods', [cluster(HEALTHY)]],
    ['no restarts', 'pass NoRestarts', [cluster(HEALTHY), pod('pg-1', RUNNING)]],
    ['PVC is Bound', 'fail NotFound', [cluster(HEALTHY)]],
    [
      'PVC is Bound',
      'pass PhaseReached',
      [
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'pg-1', uid: 'c1' },
          status: { phase: 'Bound' },
        },
      ],
    ],
    [
      'Job completes',
      'pass Complete',
      [
        {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: { name: 'j', uid: 'j1' },
          status: { conditions: [{ type: 'Complete', status: 'True' }] },
        },
      ],
    ],
    ['condition=Ready', 'pass ClusterIsReady', [cluster(HEALTHY)]],
    ['condition=Ready=False', 'fail ClusterIsReady', [cluster(HEALTHY)]],
    ['condition=ContinuousArchiving', 'fail NoCondition', [cluster(HEALTHY)]],
    ['jsonpath={.status.phase}=Cluster in healthy state', 'pass FieldEquals', [cluster(HEALTHY)]],
    [`jsonpath='{.status.conditions[?(@.type=="Ready")].status}'=True`, 'pass FieldEquals', [cluster(HEALTHY)]],
    ['jsonpath={.status.readyInstances}', 'pass FieldSet', [cluster(HEALTHY)]],
    ['status.readyInstances is 1', 'pass FieldEquals', [cluster(HEALTHY)]],
    ['create', 'pass Exists', [cluster()]],
    ['delete', 'fail StillThere', [cluster(HEALTHY)]],
    ['delete', 'unknown NotLookedFor', []],
    ['cel: object.status.readyInstances == object.spec.instances', 'pass ExpressionTrue', [cluster(HEALTHY)]],
    ['cel: object.status.readyInstances + 1 == 2', 'pass ExpressionTrue', [cluster(HEALTHY)]],
    ['cel: object.status.nope == 1', 'fail ExpressionUndefined', [cluster(HEALTHY)]],
    ['cel: object.?status.?nope.orValue(7) == 7', 'pass ExpressionTrue', [cluster(HEALTHY)]],
    [
      'cel: objects.exists(o, o.kind == "Pod" && o.status.phase == "Running")',
      'pass ExpressionTrue',
      [cluster(HEALTHY), pod('pg-1', RUNNING)],
    ],
  ] as const)('%s → %s', (text, expected, objects) => {
    expect(judged(text, [PG], { objects })).toBe(expected);
  });

  test('a Service has endpoints once one of its slices has a ready address', () => {
    const service: KubeObject = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', uid: 's' },
      spec: { clusterIP: '10.0.0.1' },
      status: { loadBalancer: {} },
    };
    const slice = (ready: boolean): KubeObject => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'web-1', uid: 'e', labels: { 'kubernetes.io/service-name': 'web' } },
      endpoints: [{ addresses: ['10.1.0.1'], conditions: { ready } }],
    });
    expect(one('Service has endpoints', SVC).needs.map((n) => n.kind)).toContain('endpoints');
    expect(judged('Service has endpoints', [SVC], { objects: [service] })).toBe('fail NoEndpoints');
    expect(judged('Service has endpoints', [SVC], { objects: [service, slice(false)] })).toBe('fail NoEndpoints');
    expect(judged('Service has endpoints', [SVC], { objects: [service, slice(true)] })).toBe('pass HasEndpoints');
  });

  test('a Route is admitted when a router says so', () => {
    const route = (status: string): KubeObject => ({
      apiVersion: 'route.openshift.io/v1',
      kind: 'Route',
      metadata: { name: 'web', uid: 'r' },
      status: { ingress: [{ host: 'web.example.org', conditions: [{ type: 'Admitted', status }] }] },
    });
    expect(judged('Route admitted', [ROUTE], { objects: [route('True')] })).toBe('pass Admitted');
    expect(judged('Route admitted', [ROUTE], { objects: [route('False')] })).toBe('fail NotAdmitted');
  });

  test('logs are asked for, and judged only once they were read', () => {
    const criterion = one('logs contain "ready to accept connections"', PG);
    expect(criterion.needs.map((n) => n.kind)).toEqual(['logs']);
    expect(criterion.holds({ objects: [] }).status).toBe('unknown');
    expect(
      criterion.holds({ objects: [], logs: { 'pg-1/postgres': 'database system is ready to accept connections' } })
        .status,
    ).toBe('pass');
    expect(criterion.holds({ objects: [], logs: { 'pg-1/postgres': 'starting' } }).status).toBe('fail');
  });
});

describe('a criterion that holds too early does not count', () => {
  test('a Deployment of no replicas is not available, though its condition says so', () => {
    const none: KubeObject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', uid: 'w', generation: 1 },
      spec: { replicas: 0, template: { spec: { containers: [{ name: 'c', image: 'x' }] } } },
      status: { observedGeneration: 1, conditions: [{ type: 'Available', status: 'True' }] },
    };
    expect(judged('Deployment available', [WEB], { objects: [none] })).toBe('fail ScaledToZero');
  });

  test.each([
    ['condition=Ready', cluster({ ...HEALTHY, observedGeneration: 1 }, 2), 'unknown NotObserved'],
    ['cel: object.spec.instances == 1', cluster(), 'unknown NotReconciled'],
    ['jsonpath={.spec.instances}=1', cluster(), 'unknown NotReconciled'],
    ['cel: object.spec.instances == 1', cluster({ ...HEALTHY, observedGeneration: 1 }, 2), 'unknown NotObserved'],
    [
      'condition=Ready',
      cluster({ conditions: [{ type: 'Ready', status: 'True', observedGeneration: 1 }] }, 2),
      'unknown NotObserved',
    ],
  ] as const)('%s', (text, object, expected) => {
    expect(judged(text, [PG], { objects: [object] })).toBe(expected);
  });

  test("what is true of the dry run's result proves nothing", () => {
    expect(alreadyTrueOn(one('cel: object.spec.instances == 1', PG), cluster())).toBe(true);
    expect(alreadyTrueOn(one('jsonpath={.metadata.name}=pg-7f3a', PG), cluster())).toBe(true);
    expect(alreadyTrueOn(one('create', PG), cluster())).toBe(true);
    for (const text of [
      'Cluster reaches Ready state',
      'condition=Ready',
      'PVC is Bound',
      'logs contain "x"',
      'no restarts',
      'no Warning events',
      'cel: object.status.readyInstances == 1',
      'delete',
    ]) {
      expect(alreadyTrueOn(one(text, PG), [cluster()]), text).toBe(false);
    }
  });
});

describe('what a text is about', () => {
  const all = { subjects: [PG, WEB, SVC, ROUTE] };
  const labels = (text: string) => {
    const parsed = parseCriteria(text, all);
    return parsed.ok ? parsed.predicates.map((p) => p.target.label) : parsed.errors;
  };

  test.each([
    ['Cluster/pg: condition=Ready', ['Cluster/pg']],
    ['Cluster/pg-7f3a: condition=Ready', ['Cluster/pg']],
    [
      'Deployment/web: available; Route web is admitted\nService/web has endpoints',
      ['Deployment/web', 'Route/web', 'Service/web'],
    ],
    ['Cluster/pg: 1 instance ready and PVC is Bound', ['Cluster/pg', 'PersistentVolumeClaim']],
    ['Pod reaches Running state and is ready', ['Pod', 'Pod']],
    ['the Deployment web rolls out and has 3 ready replicas', ['Deployment/web', 'Deployment/web']],
    ['kubectl wait --for=condition=Ready cluster/pg --timeout=120s', ['Cluster/pg']],
    [`oc wait --for=jsonpath='{.status.phase}'=Running cluster/pg -n shop`, ['Cluster/pg']],
    ['deploy/web: rolled out', ['Deployment/web']],
  ] as const)('%s', (text, expected) => {
    expect(labels(text)).toEqual(expected);
  });

  test('" and " inside quotes, or inside what a log says, joins nothing', () => {
    for (const text of ['logs contain "ready and waiting"', 'logs contain ready and waiting']) {
      const parsed = parseCriteria(text, { subjects: [PG] });
      expect(parsed.ok && parsed.predicates.map((p) => p.text)).toEqual([text]);
    }
  });

  test('two objects and no word which: refused', () => {
    const parsed = parseCriterion('condition=Ready', all);
    expect(!parsed.ok && parsed.error).toMatch(/Kind\/name: .*Cluster\/pg, Deployment\/web/);
  });

  test('an object that is not among them: refused', () => {
    expect(parseCriterion('Cluster/other: condition=Ready', all).ok).toBe(false);
  });

  test('two Deployments and a sentence about Deployments: both must hold', () => {
    const other: Subject = { ...WEB, name: 'api' };
    const up = (name: string, available: number): KubeObject => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, uid: name, generation: 1 },
      spec: { replicas: 1, template: { spec: { containers: [{ name: 'c', image: 'x' }] } } },
      status: {
        observedGeneration: 1,
        replicas: 1,
        updatedReplicas: 1,
        availableReplicas: available,
        conditions: [{ type: 'Available', status: available === 1 ? 'True' : 'False' }],
      },
    });
    expect(judged('Deployment available', [WEB, other], { objects: [up('web', 1), up('api', 1)] })).toBe(
      'pass Available',
    );
    expect(judged('Deployment available', [WEB, other], { objects: [up('web', 1), up('api', 0)] })).toMatch(/^fail/);
    expect(judged('Deployment available', [WEB, other], { objects: [up('web', 1)] })).toBe('fail NotFound');
  });
});

describe('what is not understood', () => {
  test.each([
    'it works',
    'the database feels fast',
    'Cluster is fine',
    'Cluster',
    '',
    'cel: object.status.',
    'cel: nope == 1',
    'cel: 1 == 1',
    'cel: object.metadata.name',
    'cel: object.metadata.name.matches("(a+)+$")',
    'cel: objects.all(a, objects.all(b, objects.all(c, a == b && b == c)))',
    'jsonpath={.items[*]..name}=x',
    'exit code 0',
    'Secret exists',
  ])('%s is refused', (text) => {
    const parsed = parseCriteria(text, { subjects: [PG] });
    // An expression whose type is only known at run time is let through, and is then neither true nor false.
    if (text === 'cel: object.metadata.name' && parsed.ok) {
      expect(parsed.predicates[0]?.holds({ objects: [cluster(HEALTHY)] }).status).toBe('unknown');
    } else expect(parsed.ok).toBe(false);
  });

  test('the nearest forms are named', () => {
    const parsed = parseCriterion('Cluster goes to Readyness', { subjects: [PG] });
    expect(!parsed.ok && parsed.error).toMatch(/Nearest forms: .*Cluster reaches Ready state/);
  });

  test('one of several that is wrong is named, and the others do not hide it', () => {
    const parsed = parseCriteria('Cluster reaches Ready state; it works', { subjects: [PG] });
    expect(!parsed.ok && parsed.errors).toHaveLength(1);
  });

  test("attest: is a person's, and never passes by itself", () => {
    const criterion = one('attest: the login page shows the new logo', PG);
    expect(needsPerson(criterion)).toBe(true);
    expect(criterion.holds({ objects: [cluster(HEALTHY)] })).toMatchObject({
      status: 'unknown',
      reason: 'NeedsPerson',
    });
  });

  test('no text takes long, however long it is', () => {
    const parts = [
      'and ',
      'Deployment web and ',
      '"',
      "'a ",
      '{',
      '[',
      'status.a[',
      'pods of ',
      'logs contain a and ',
      '--for=',
      'cel: (',
      'a/b: ',
      'Ready=',
      '; ',
      ' ',
    ];
    for (const part of parts) {
      const text = part.repeat(Math.ceil(100_000 / part.length));
      const both = () => {
        parseCriteria(text.slice(0, 2000), { subjects: [PG, WEB, SVC] });
        parseCriteria(text, { subjects: [PG, WEB, SVC] });
      };
      expect(ownTime(both), part).toBeLessThan(1500);
    }
  });

  test('no text and no JSON makes it throw', () => {
    const forms = [
      'Cluster reaches Ready state',
      'condition=Ready',
      '3 replicas ready',
      'Pod reaches Running state',
      'Service has endpoints',
      'image pulled',
      'no restarts',
      'jsonpath={.status.a[0].b}=1',
      'cel: object.status.a == 1',
      'Route admitted',
    ];
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseCriteria(text, { subjects: [PG] });
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...forms), fc.jsonValue(), fc.jsonValue(), (form, spec, status) => {
        const object = { ...cluster(status), spec };
        const parsed = parseCriteria(form, { subjects: [PG] });
        if (parsed.ok)
          for (const p of parsed.predicates) p.holds({ objects: [object, { ...pod('p', RUNNING), status, spec }] });
      }),
      { numRuns: 1000 },
    );
  });
});
