import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { releaseNamespaceLease, takeNamespaceLease } from '../../src/apply/index.ts';
import type { Cluster, Writer } from '../../src/cluster/index.ts';
import { createEngine } from '../../src/engine/index.ts';
import { withNamespaceLease } from '../../src/engine/namespace-lease.ts';
import { policySchema } from '../../src/engine/policy.ts';
import { recordsOf } from '../../src/engine/record.ts';
import { ledgerAt } from '../../src/state/ledger.fixture.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { theOperator } from '../support/operator.ts';
import { type Agent, type Scene, scene } from '../support/scene.ts';
import { configMap, proven } from '../support/story.ts';
import { reach } from './io/sandbox.ts';
import { applied, approved, gatePasses, planText } from './support/phases.ts';
import { image, kubectl, sandbox, setTheStage, stage } from './support/stage.ts';

/** A Lease in the namespace keeps a second ledger out, on a real API server. */
setTheStage('namespace-lease');

const phase = (name: string) => ({
  files: { [`${name}.yaml`]: configMap(name) },
  criteria: [`ConfigMap/${name}: create`],
});

async function atGateP(on: Scene, name: string, options: Parameters<Scene['agent']>[0] = {}): Promise<Agent> {
  const agent = await on.agent({ approve: 'approve', ...options });
  await proven(agent, on, image);
  await approved(agent, planText(on, [phase(name)]));
  return agent;
}

type Lease = {
  metadata: { labels: Record<string, string>; annotations: Record<string, string> };
  spec: {
    holderIdentity: string;
    leaseDurationSeconds: number;
    acquireTime: string;
    renewTime: string;
    leaseTransitions: number;
  };
};
const lease = (): Lease => JSON.parse(kubectl(['get', 'lease', 'infragate', '-o', 'json']));
const leases = (): string => kubectl(['get', 'lease', '-o', 'name']).trim();

async function identityOf(on: Scene): Promise<string> {
  const ledger = await ledgerAt(on.home);
  try {
    return await ledger.identity();
  } finally {
    ledger.close();
  }
}

describe('two ledgers in one namespace', () => {
  test('the second is refused while the first works there, told who it is, and takes over when it is over', async () => {
    const other: Scene = { ...scene(sandbox, 'namespace-lease'), namespace: stage.namespace };
    try {
      const first = await atGateP(stage, 'ours');
      // Bullets take none: their names are their own.
      expect(leases()).toBe('');
      const second = await atGateP(other, 'theirs');
      await applied(first, 1);
      const [one, two] = [await identityOf(stage), await identityOf(other)];
      expect(one).not.toBe(two);
      expect(lease().spec).toMatchObject({ holderIdentity: `${one}/app-1`, leaseTransitions: 0 });

      const refused = await second.call('apply-phase', { phase_number: 1 });
      expect(refused.value.refusal, refused.text).toMatchObject({ code: 'IN_PROGRESS' });
      const { acquireTime, renewTime, leaseDurationSeconds } = lease().spec;
      const until = new Date(Date.parse(renewTime) + leaseDurationSeconds * 1000).toISOString();
      for (const said of [
        one,
        'app-1',
        'as admin',
        new Date(acquireTime).toISOString(),
        until,
        'abandon',
        'delete lease',
      ])
        expect(refused.text).toContain(said);
      expect(kubectl(['get', 'configmap', '-o', 'name'])).not.toContain('theirs');
      expect(await second.refused('phase-gate', { phase_number: 1 })).toBe('IN_PROGRESS');
      await gatePasses(first, 1);

      // Time goes by: the first has done nothing for longer than it keeps the namespace.
      const past = new Date(Date.parse(renewTime) - leaseDurationSeconds * 2000).toISOString().replace('Z', '000Z');
      kubectl(['patch', 'lease', 'infragate', '--type=merge', '-p', JSON.stringify({ spec: { renewTime: past } })]);
      await applied(second, 1);
      expect(lease().spec).toMatchObject({ holderIdentity: `${two}/app-1`, leaseTransitions: 1 });
      const outside = await first.call('rollback-phase', { phase_number: 1, execute: true });
      expect(Object(outside.value.refusal).code).toBe('IN_PROGRESS');
      expect(outside.text).toContain(two);
      kubectl(['get', 'configmap', 'ours']);

      const back = await second.call('rollback-phase', { phase_number: 1, execute: true });
      expect(back.value, back.text).toMatchObject({
        status: 'ROLLED_BACK',
        removed: ['ConfigMap/theirs'],
        remaining: [],
      });
    } finally {
      await other.end();
    }
  });

  test('what changes nothing, and what is refused, leaves no Lease', async () => {
    const agent = await atGateP(stage, 'settings');
    expect((await agent.call('apply-phase', { phase_number: 1, dry_run: true })).value.status).toBe('DRY_RUN');
    expect(leases()).toBe('');
    stage.write('settings.yaml', configMap('settings', 'other'));
    expect(await agent.refused('apply-phase', { phase_number: 1 })).toBe('PLAN_DRIFT');
    expect(leases()).toBe('');
  });
});

describe('the Lease is no part of the deployment', () => {
  test('it is in no documentation, and complete-deployment takes it away', async () => {
    const agent = await atGateP(stage, 'settings');
    await applied(agent, 1);
    await gatePasses(agent, 1);
    expect(leases()).toBe('lease.coordination.k8s.io/infragate');
    for (const tool of ['run-validation', 'rollback-test']) {
      const { value, text } = await agent.call(tool);
      expect(value.status, text).toBe('PASS');
      expect(text).not.toContain('Lease');
    }
    const retro = await agent.call('record-retro', {
      went_well: ['all of it'],
      learnings: [{ title: 'one', situation: 'a test of the Lease', advice: 'nothing more', tags: ['test'] }],
    });
    expect(retro.isError, retro.text).toBe(false);
    const { markdown } = (await agent.call('write-documentation')).value;
    expect(String(markdown)).toContain('settings');
    expect(String(markdown)).not.toContain('Lease');
    const done = await agent.call('complete-deployment');
    expect(done.value.status, done.text).toBe('COMPLETED');
    expect(leases()).toBe('');
    kubectl(['get', 'configmap', 'settings']);
  });

  test('a person who abandons the deployment has it taken away; what phases applied stays', async () => {
    const agent = await atGateP(stage, 'settings');
    await applied(agent, 1);
    await agent.close();
    const engine = createEngine({ home: stage.home, workspace: stage.workspace, tools: TOOLS });
    try {
      const operator = await theOperator(stage.home);
      const done = await engine.abandon({ deployment: 'app-1', because: 'a test', ...operator });
      expect(done.ok).toBe(true);
      expect(await engine.cleanUpAfter('app-1')).toBeUndefined();
    } finally {
      await engine.close();
    }
    expect(leases()).toBe('');
    kubectl(['get', 'configmap', 'settings']);
  });
});

test('an identity that may not write Leases goes on, and is told what that means', async () => {
  kubectl(['create', 'namespace', stage.namespace]);
  const rules = [{ apiGroups: ['', 'apps', 'batch'], resources: ['*'], verbs: ['*'] }];
  const named = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'no-leases' } };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'no-leases' };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'nobody' }];
  kubectl(['create', '-f', '-'], JSON.stringify({ ...named, kind: 'Role', rules }));
  kubectl(['create', '-f', '-'], JSON.stringify({ ...named, kind: 'RoleBinding', roleRef, subjects }));
  const config = kubectl([
    'config',
    'view',
    '--raw',
    '--minify',
    '--context',
    `infragate-sandbox-${sandbox.name}-nobody`,
  ]);
  const kubeconfig = join(stage.workspace, '..', 'nobody.kubeconfig');
  writeFileSync(kubeconfig, config, { mode: 0o600 });

  const agent = await stage.agent({ approve: 'approve', env: { KUBECONFIG: kubeconfig } });
  const started = await agent.call('start-deployment', { component: 'other', namespace: stage.namespace });
  expect(started.text).toContain('update leases');
  expect(started.text).toContain('another ledger that works in this namespace is not kept out');
  const { deployment } = started.value;
  const apart: Scene = { ...scene(sandbox, 'apart'), namespace: stage.namespace };
  try {
    const least = await atGateP(apart, 'settings', { env: { KUBECONFIG: kubeconfig } });
    const answer = await applied(least, 1);
    expect(answer.text).toMatch(/warning: no Lease could be written in .*another ledger is not kept out/);
    expect(answer.value.warnings).toEqual([expect.stringContaining('leases.coordination.k8s.io')]);
    await gatePasses(least, 1);
    expect(leases()).toBe('');
  } finally {
    await apart.end();
  }
  expect(deployment).toBe('other-1');
});

test('a run that slept until another ledger took its namespace is told, and ends', async () => {
  kubectl(['create', 'namespace', stage.namespace]);
  const ledger = await ledgerAt(stage.home);
  const cluster = await reach(sandbox.kubeconfig);
  const abort = new AbortController();
  const target = {
    server: cluster.reader.server,
    context: cluster.reader.context,
    cluster: 'c',
    via: 'kube-system' as const,
    namespace: stage.namespace,
    namespaces: [{ name: stage.namespace, uid: null }],
  };
  const run = { cluster: async () => cluster, writer: async () => cluster.writer(), identity: async () => 'someone' };
  const lost = (why: string) => abort.abort(new Error(why));
  const context = { ...recordsOf(ledger, policySchema.parse({})), now: () => new Date().toISOString() };
  const step = async () => {
    const spec = { holderIdentity: 'another/app-1', renewTime: new Date().toISOString().replace('Z', '000Z') };
    kubectl(['patch', 'lease', 'infragate', '--type=merge', '-p', JSON.stringify({ spec })]);
    await expect.poll(() => abort.signal.aborted, { timeout: 10_000 }).toBe(true);
    return { kind: 'answer', value: {} } as const;
  };
  await withNamespaceLease(context, { run, d: { id: 'app-1', target }, way: 'take', lost }, step, 200);
  expect(String(abort.signal.reason)).toContain('another ledger has taken the namespace');
  expect(lease().spec.holderIdentity).toBe('another/app-1');
  cluster.close();
  ledger.close();
});

describe('taking and giving', () => {
  let cluster: Cluster;
  let writer: Writer;
  beforeAll(async () => {
    cluster = await reach(sandbox.kubeconfig);
    writer = cluster.writer();
  });
  afterAll(() => cluster.close());
  beforeEach(() => kubectl(['create', 'namespace', stage.namespace]));
  const of = (ledger: string, deployment = 'app-1') => ({ ledger, deployment, identity: 'someone' });

  test('of many at once one gets it; again when it has run out, with the real clock', async () => {
    const many = Array.from({ length: 8 }, (_, n) => of(`ledger-${n}`));
    const race = async () =>
      (await Promise.all(many.map((one) => takeNamespaceLease(writer, stage.namespace, one, 3000)))).map((t) => t.kind);
    expect((await race()).filter((kind) => kind === 'taken')).toHaveLength(1);
    expect((await race()).filter((kind) => kind === 'taken').length).toBeLessThanOrEqual(1);
    const { holderIdentity } = lease().spec;
    await sleep(5000);
    expect((await race()).filter((kind) => kind === 'taken')).toHaveLength(1);
    expect(lease().spec.leaseTransitions).toBe(1);
    expect(holderIdentity).toMatch(/^ledger-\d\/app-1$/);
  });

  test('the same ledger takes it for longer, for another deployment, too; only the holder gives it back', async () => {
    const take = (holder: ReturnType<typeof of>) => takeNamespaceLease(writer, stage.namespace, holder, 60_000);
    expect(await take(of('one'))).toMatchObject({ kind: 'taken', fresh: true });
    const { acquireTime } = lease().spec;
    expect(await take(of('one', 'app-2'))).toMatchObject({ kind: 'taken', fresh: false });
    expect(lease().spec).toMatchObject({ acquireTime, holderIdentity: 'one/app-2', leaseTransitions: 0 });
    await releaseNamespaceLease(writer, stage.namespace, of('one'));
    await releaseNamespaceLease(writer, stage.namespace, of('two', 'app-2'));
    expect(leases()).not.toBe('');
    await releaseNamespaceLease(writer, stage.namespace, of('one', 'app-2'));
    expect(leases()).toBe('');
    expect(await takeNamespaceLease(writer, 'nowhere', of('one'), 1000)).toMatchObject({ kind: 'unable' });
  });
});
