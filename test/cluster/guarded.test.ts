import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { connect as reach } from '../../src/cluster/index.ts';
import type { KubeObject } from '../../src/objects/kube-object.ts';
import { type Answer, call, connect, get, until } from '../../src/sandbox/api.ts';
import type { Agent } from '../support/scene.ts';
import { proven } from '../support/story.ts';
import { asAdmin, type Identity, kubeconfigOf } from './support/guarded.ts';
import { applied, deployment, gatePasses, planText } from './support/phases.ts';
import { image, kubectl, sandbox, setTheStage, stage } from './support/stage.ts';
import {
  collection,
  KINDS,
  objectOf,
  otherWrites,
  plainWrites,
  type Write,
  wayAroundWrites,
} from './support/writes.ts';

// A namespace whose API server refuses what no approved phase names, and a server that has no write credential.

setTheStage('guarded');

beforeEach(() => {
  asAdmin(sandbox, stage, ['cluster', 'install', '--server', 'viewer']);
  kubectl(['create', 'namespace', stage.namespace]);
});

const guard = (...more: string[]) =>
  asAdmin(sandbox, stage, ['cluster', 'guard', stage.namespace, '--allow', 'kwok', '--refuse-others', ...more]);

/** The API server as one of the sandbox's people reaches it, or with another token. */
function api(who: Identity, token?: string) {
  const { clusters, users } = JSON.parse(readFileSync(kubeconfigOf(sandbox, stage, who), 'utf8'));
  const authority = Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64').toString();
  return connect(sandbox.server, authority, token ?? users[0].user.token);
}

/** Every right in the namespace: what is refused then is refused by the guard alone. */
function allRights(...users: string[]) {
  kubectl(['create', 'clusterrole', `all-${stage.namespace}`, '--verb=*', '--resource=*.*']);
  for (const user of users)
    kubectl(['create', 'rolebinding', `all-${user}`, `--clusterrole=all-${stage.namespace}`, `--user=${user}`]);
}

type Sent = Write & { readonly answer: Answer };

const sendAll = (who: ReturnType<typeof api>, writes: readonly Write[]): Promise<Sent[]> =>
  Promise.all(
    writes.map(async (write) => ({
      ...write,
      answer: await call(who, write.path, { ...write, timeoutMs: 60_000 }),
    })),
  );

const passed = (sent: readonly Sent[]) =>
  sent.flatMap(({ what, answer: { status, body } }) =>
    status === 403 && body.includes('infragate') ? [] : [`${what}: ${status} ${body.slice(0, 300)}`],
  );

describe('what is refused', () => {
  test('every write of every kind, by the agent and by the server outside of a phase; the audit log has none that passed', async () => {
    const items = KINDS.map((kind) => objectOf(kind, 'there'));
    kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    allRights('editor', 'viewer');
    const admin = api('admin');
    const live = new Map<string, KubeObject>();
    for (const kind of KINDS)
      live.set(kind.kind, (await get(admin, `${collection(kind, stage.namespace)}/there`)) as KubeObject);
    guard();
    const writes = [...plainWrites(stage.namespace, live), ...otherWrites(stage.namespace)];
    expect(writes.length).toBeGreaterThan(100);
    for (const who of ['editor', 'viewer'] as const) expect(passed(await sendAll(api(who), writes))).toEqual([]);
    const around = await sendAll(api('editor'), wayAroundWrites(stage.namespace));
    expect(around.filter(({ answer }) => answer.status !== 403).map(({ what }) => what)).toEqual([]);
    const own = wayAroundWrites(stage.namespace).filter(({ what }) =>
      /^delete (the Phase|the kind|infragate)/.test(what),
    );
    expect(passed(await sendAll(admin, own))).toEqual([]);
    expect(own.length).toBe(3);

    const lines = readFileSync(sandbox.audit_log, 'utf8')
      .split('\n')
      .filter((l) => l.includes(`/namespaces/${stage.namespace}`))
      .map((l) => JSON.parse(l))
      .filter(({ user, verb }) => ['editor', 'viewer'].includes(user.username) && !/^(get|list|watch)$/.test(verb));
    expect(lines.length).toBeGreaterThan(2 * 60);
    expect(lines.filter(({ responseStatus }) => responseStatus.code < 400)).toEqual([]);
    for (const kind of KINDS) {
      const now = (await get(admin, `${collection(kind, stage.namespace)}/there`)) as KubeObject;
      expect([now.metadata.uid, now.metadata.generation, now.metadata.labels, now.metadata.deletionTimestamp]).toEqual([
        live.get(kind.kind)?.metadata.uid,
        live.get(kind.kind)?.metadata.generation,
        live.get(kind.kind)?.metadata.labels,
        undefined,
      ]);
    }
  }, 300_000);
});

describe('what goes on', () => {
  test("the cluster's own work does, and what breaks glass is in the audit log; release leaves nothing", async () => {
    kubectl(['apply', '-f', '-'], deployment('web', image));
    kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s']);
    guard();
    const person = ['--as=on-call', '--as-group=infragate:break-glass', '--as-group=system:masters'];
    expect(() => kubectl(['scale', 'deployment/web', '--replicas=3'])).toThrow(/guards the namespace/);
    kubectl(['scale', 'deployment/web', '--replicas=3', ...person]);
    kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s']);
    kubectl(['delete', 'deployment/web', '--wait=false', ...person]);
    const pods = `/api/v1/namespaces/${stage.namespace}/pods`;
    const left = async () => Object((await get(api('admin'), pods)) ?? {}).items.length;
    expect(await until(async () => (await left()) === 0, 60_000), 'garbage collection').toBe(true);
    const noted = readFileSync(sandbox.audit_log, 'utf8')
      .split('\n')
      .filter((l) => l.includes('infragate-guard/break-glass'));
    expect(noted.some((l) => l.includes('on-call: update deployments/scale web'))).toBe(true);

    asAdmin(sandbox, stage, ['cluster', 'release', stage.namespace]);
    kubectl(['create', 'configmap', 'free']);
    expect(kubectl(['get', 'rolebinding', '-o', 'name'])).not.toContain('infragate');
    const of = ['get', 'phases,serviceaccounts', '-n', 'infragate-system', '-o', 'name'];
    expect(kubectl(of)).not.toContain(stage.namespace);
  }, 300_000);

  test('within a session what was announced, and nothing else of it; frozen, nothing; ended, nothing', async () => {
    guard();
    const connected = await reach({ kubeconfig: kubeconfigOf(sandbox, stage, 'viewer') });
    if (!connected.ok) throw new Error(connected.error.message);
    const guards = await connected.value.guards([stage.namespace]);
    const about = { deployment: 'app-1', run: 'r-1', tool: 'apply-phase' };
    const { cluster, end } = connected.value.guarded(guards, about, true);
    const manifest = (replicas: number, more: Record<string, unknown> = {}) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'app', namespace: stage.namespace, ...more },
      spec: {
        replicas,
        selector: { matchLabels: { app: 'app' } },
        template: { metadata: { labels: { app: 'app' } }, spec: { containers: [{ name: 'main', image }] } },
      },
    });
    const writer = cluster.writer();
    const made = await writer.apply(manifest(2), { force: false });
    expect(made.ok, JSON.stringify(made)).toBe(true);
    const token = (await cluster.credentials()).findLast((text) => text.startsWith('ey')) ?? '';
    const executor = api('viewer', token);
    const path = `/apis/apps/v1/namespaces/${stage.namespace}/deployments/app`;
    const apply = (body: unknown): Write => ({
      what: JSON.stringify(body).slice(0, 200),
      method: 'PATCH',
      path: `${path}?fieldManager=infragate&force=true`,
      type: 'application/apply-patch+yaml',
      body,
    });
    const [same] = await sendAll(executor, [apply(manifest(2))]);
    expect(same?.answer.status, same?.answer.body).toBe(200);
    const owner = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: '00000000-0000-0000-0000-000000000000' }];
    const altered = [
      apply(manifest(3)),
      apply(manifest(2, { labels: { by: 'me' } })),
      apply(manifest(2, { annotations: { by: 'me' } })),
      apply(manifest(2, { ownerReferences: owner })),
      apply(manifest(2, { finalizers: ['example.com/never'] })),
      apply({ ...manifest(2), spec: { ...manifest(2).spec, paused: true } }),
      { ...apply({ ...manifest(2), metadata: { name: 'other' } }), path: path.replace(/app$/, 'other?fieldManager=x') },
      { what: 'delete', method: 'DELETE' as const, path },
      {
        what: 'scale',
        method: 'PATCH' as const,
        path: `${path}/scale`,
        type: 'application/merge-patch+json',
        body: { spec: { replicas: 9 } },
      },
    ];
    expect(passed(await sendAll(executor, altered))).toEqual([]);

    asAdmin(sandbox, stage, ['freeze', stage.namespace, '--because', 'an incident']);
    const frozen = async () =>
      (await sendAll(executor, [apply(manifest(2))]))[0]?.answer.body.includes('an incident') === true;
    expect(await until(frozen, 20_000)).toBe(true);
    const many = Array.from({ length: 200 }, () => apply(manifest(2)));
    const all = await sendAll(executor, many);
    expect(all.filter(({ answer }) => answer.status !== 403 || !answer.body.includes('an incident'))).toEqual([]);
    asAdmin(sandbox, stage, ['thaw', stage.namespace]);
    expect(
      await until(async () => (await sendAll(executor, [apply(manifest(2))]))[0]?.answer.status === 200, 20_000),
    ).toBe(true);

    await end();
    const over = async () =>
      [401, 403].includes((await sendAll(executor, [apply(manifest(2))]))[0]?.answer.status ?? 0);
    expect(await until(over, 20_000)).toBe(true);
    expect(kubectl(['get', 'secrets', '-n', 'infragate-system', '-o', 'name'])).toBe('');
    connected.value.close();
  }, 300_000);
});

/** By kubectl, as people do: only somebody else than who asked, with the verb, about exactly what was shown. */
async function approvedByKubectl(agent: Agent, plan: string): Promise<void> {
  const submitted = await agent.call('submit-plan', { plan });
  expect(submitted.value.status, submitted.text).toBe('VALID');
  const asked = await agent.call('request-approval');
  expect(asked.value.status, asked.text).toBe('pending');
  const how = (asked.value.how as { action: string }[]).find(({ action }) => action.includes('Approval'));
  const approval = JSON.parse(how?.action.split('\n')[1] ?? '');
  const verbs = ['create', 'role', 'approver', '-n', HOME, '--verb=approve', '--resource=changes.infragate.dev'];
  kubectl(verbs);
  for (const user of ['editor', 'viewer', 'nobody']) {
    kubectl(['create', 'role', `make-${user}`, '-n', HOME, '--verb=*', '--resource=approvals.infragate.dev']);
    kubectl(['create', 'rolebinding', `make-${user}`, '-n', HOME, `--role=make-${user}`, `--user=${user}`]);
  }
  for (const user of ['editor', 'viewer'])
    kubectl(['create', 'rolebinding', `approve-${user}`, '-n', HOME, '--role=approver', `--user=${user}`]);
  const path = `/apis/infragate.dev/v1alpha1/namespaces/${HOME}/approvals`;
  const create = (body: unknown): Write => ({ what: 'approve', method: 'POST', path, body });
  const sent = async (who: Identity, body: unknown) => (await sendAll(api(who), [create(body)]))[0]?.answer;
  const altered = (spec: Record<string, unknown>) => ({ ...approval, spec: { ...approval.spec, ...spec } });
  expect((await sent('viewer', approval))?.body).toContain('who asked for a change does not approve it');
  expect((await sent('nobody', approval))?.body).toContain('the verb');
  // The API server takes these: the one names another plan, the other another requester. Neither counts.
  expect((await sent('editor', altered({ plan_digest: '0'.repeat(64) })))?.status).toBe(201);
  expect((await sent('viewer', altered({ requester: 'somebody' })))?.status).toBe(201);
  const still = await agent.call('request-approval');
  expect(still.value.status, still.text).toBe('pending');
  const made = await sent('editor', altered({ approver: 'somebody-else' }));
  const { metadata, spec } = JSON.parse(made?.body ?? '{}');
  expect([made?.status, spec?.approver]).toEqual([201, 'editor']);
  const edit: Write = {
    ...create({ spec: { decision: 'reject' } }),
    method: 'PATCH',
    path: `${path}/${metadata.name}`,
  };
  const [edited] = await sendAll(api('editor'), [{ ...edit, type: 'application/merge-patch+json' }]);
  expect(edited?.answer.body).toContain('a decision is not changed');
  const decided = await agent.call('request-approval');
  expect([decided.value.status, decided.value.assurance], decided.text).toEqual(['approved', 'cluster']);
}

const HOME = 'infragate-system';

test('a server that may only read deploys, checks and rolls back by the executor; the refusal says where it stands', async () => {
  guard('--proving');
  const agent = await stage.agent({
    approve: 'decline',
    env: { INFRAGATE_KUBECONFIG: kubeconfigOf(sandbox, stage, 'viewer') },
  });
  await proven(agent, stage, image);
  await approvedByKubectl(
    agent,
    planText(stage, [
      {
        files: { 'web.yaml': deployment('web', image) },
        criteria: ['Deployment/web: reaches Ready state'],
        validation: ['kubectl rollout status deployment/web --timeout=60s'],
      },
    ]),
  );
  await applied(agent, 1);
  await gatePasses(agent, 1);
  expect(() => kubectl(['scale', 'deployment/web', '--replicas=3'])).toThrow(
    /Deployment app-1 is at gate [IV]. Look: infragate status app-1/,
  );
  expect(kubectl(['get', 'changes', '-A'])).toMatch(
    /app +guarded\S+ +(implement|validate) +R passes, 0 passes, P passes/,
  );
  asAdmin(sandbox, stage, ['freeze', stage.namespace, '--because', 'an incident']);
  const held = await agent.call('rollback-phase', { phase_number: 1, execute: true });
  expect([Object(held.value.refusal).code, held.text]).toEqual([
    'PERSON_NEEDED',
    expect.stringContaining('an incident'),
  ]);
  asAdmin(sandbox, stage, ['thaw', '--all']);
  const back = await agent.call('rollback-phase', { phase_number: 1, execute: true });
  expect(back.value.status, back.text).toBe('ROLLED_BACK');
}, 300_000);
