import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/index.ts';
import { theOperator } from '../support/operator.ts';
import { configMap, proven } from '../support/story.ts';

import { applied, approved, type Check, deployment, gateFails, gatePasses, planText } from './support/phases.ts';
import { image, kubectl, setTheStage, stage } from './support/stage.ts';

setTheStage('phases');

const service = `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;
const claim = (volume: string) => `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { accessModes: [ReadWriteOnce], storageClassName: "", volumeName: ${volume}, resources: { requests: { storage: 1Mi } } }
`;
const volumeOf = (name: string, namespace: string) => `apiVersion: v1
kind: PersistentVolume
metadata: { name: ${name} }
spec:
  accessModes: [ReadWriteOnce]
  capacity: { storage: 1Mi }
  persistentVolumeReclaimPolicy: Retain
  hostPath: { path: /tmp/${name} }
  claimRef: { namespace: ${namespace}, name: data }
`;

const undeletable = (namespace: string) => `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: undeletable-${namespace} }
spec:
  failurePolicy: Fail
  matchConstraints:
    namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ${namespace} } }
    resourceRules: [{ apiGroups: [""], apiVersions: [v1], operations: [DELETE], resources: [configmaps] }]
  validations: [{ expression: "oldObject.metadata.name != 'settings'", message: it is to stay }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: undeletable-${namespace} }
spec: { policyName: undeletable-${namespace}, validationActions: [Deny] }
`;

function isDenied(args: readonly string[]): boolean {
  try {
    kubectl(args);
    return false;
  } catch {
    return true;
  }
}

test('what we made is taken away by a rollback, however often it was applied, changed or moved to another phase', async () => {
  const agent = await stage.agent({ approve: 'approve' });
  await proven(agent, stage, image);
  const one = { files: { 'one.yaml': configMap('one') }, criteria: ['ConfigMap/one: create'] };
  const two = (value: string) => ({
    files: { 'two.yaml': configMap('two', value) },
    criteria: ['ConfigMap/two: create'],
  });
  const three = { name: 'between', files: { 'three.yaml': configMap('three') }, criteria: ['ConfigMap/three: create'] };
  await approved(agent, planText(stage, [one, two('1')]));
  const early = (await gateFails(agent, 1)).answer;
  expect(early.value.options, early.text).toMatchObject([{ tool: 'apply-phase' }, { tool: 'phase-gate' }, {}, {}]);
  await applied(agent, 1);
  await applied(agent, 1);
  await gatePasses(agent, 1);
  await applied(agent, 2);
  await approved(agent, planText(stage, [one, three, { ...two('2'), name: 'moved' }]));
  await applied(agent, 2);
  await gatePasses(agent, 2);
  await applied(agent, 3);
  for (const [n, name] of [
    [3, 'two'],
    [2, 'three'],
    [1, 'one'],
  ] as const) {
    const answer = await agent.call('rollback-phase', { phase_number: n, execute: true });
    expect(answer.value, answer.text).toMatchObject({ removed: [`ConfigMap/${name}`], restored: [] });
  }
});

test('what a revision leaves behind fails the validation until it is taken back, by the phase that put it there', async () => {
  const agent = await stage.agent({ approve: 'approve' });
  await proven(agent, stage, image);
  const one = { files: { 'one.yaml': configMap('one') }, criteria: ['ConfigMap/one: create'] };
  const two = { files: { 'two.yaml': configMap('two') }, criteria: ['ConfigMap/two: create'] };
  await approved(agent, planText(stage, [one, two]));
  await applied(agent, 1);
  await gatePasses(agent, 1);
  await applied(agent, 2);
  await approved(agent, planText(stage, [one]));
  const { value, text } = await agent.call('run-validation');
  expect(value.status).toBe('FAIL');
  expect(text).toContain('an earlier revision put ConfigMap/two there in phase 2, and the plan no longer has it');
  expect(await agent.refused('rollback-phase', { phase_number: 1, execute: true })).toBe('PHASE_ORDER');
  const back = await agent.call('rollback-phase', { phase_number: 2, execute: true });
  expect(back.value, back.text).toMatchObject({ status: 'ROLLED_BACK', removed: ['ConfigMap/two'] });
  expect(back.text).toContain('The plan no longer has this phase.');
  expect(await agent.refused('rollback-phase', { phase_number: 2, execute: true })).toBe('BAD_INPUT');
  expect((await agent.call('run-validation')).value.status).toBe('PASS');
});

test('a phase of commands alone is judged by what is there from the phases before', async () => {
  const agent = await stage.agent({ approve: 'approve' });
  await proven(agent, stage, image);
  const one = { files: { 'one.yaml': configMap('one') }, criteria: ['ConfigMap/one: create'] };
  const look = {
    commands: ['kubectl get configmap one'],
    criteria: ['ConfigMap/one: create'],
    rollback: ['none: it only looks'],
  };
  await approved(agent, planText(stage, [one, look]));
  await applied(agent, 1);
  await gatePasses(agent, 1);
  expect((await gateFails(agent, 2)).open).toEqual(['applied: commands: CommandsNotRun']);
  await applied(agent, 2);
  await gatePasses(agent, 2);
});

describe('four phases and back', () => {
  test('rolling back 4 to 1 leaves nothing of them but what is kept, retained and named', async () => {
    const agent = await stage.agent({ approve: 'approve' });
    await proven(agent, stage, image);
    await agent.call('cluster-reality-check', { assumed_apis: ['v1/Service', 'v1/PersistentVolumeClaim'] });
    const volume = `retained-${stage.namespace}`;
    kubectl(['create', '-f', '-'], volumeOf(volume, stage.namespace));
    const phases = [
      {
        files: { 'settings.yaml': configMap('settings'), 'audit.yaml': configMap('audit') },
        rollback: ['undo', 'keep ConfigMap/audit: the auditors read it'],
        criteria: ['ConfigMap/settings: create'],
      },
      {
        files: { 'data.yaml': claim(volume) },
        more: { irreversible: ['PersistentVolumeClaim/data'] },
        criteria: ['PersistentVolumeClaim/data: reaches Bound state'],
      },
      {
        files: { 'web.yaml': deployment('web', image, 2) },
        rollback: ['kubectl delete -f web.yaml --ignore-not-found'],
        criteria: ['Deployment/web: reaches Ready state'],
      },
      {
        files: { 'service.yaml': service },
        criteria: ['Service/web has endpoints', 'Deployment/web: reaches Ready state'],
      },
    ];
    await approved(agent, planText(stage, phases));
    for (const n of [1, 2, 3, 4]) {
      await applied(agent, n);
      await gatePasses(agent, n);
    }
    const back = (phase_number: number) => agent.call('rollback-phase', { phase_number, execute: true });
    expect(await agent.refused('rollback-phase', { phase_number: 3, execute: true })).toBe('PHASE_ORDER');
    for (const n of [4, 3]) {
      const answer = await back(n);
      expect(answer.value, answer.text).toMatchObject({ status: 'ROLLED_BACK', remaining: [] });
    }
    expect(await agent.refused('phase-gate', { phase_number: 4 })).toBe('PHASE_ORDER');

    const asked = await back(2);
    expect(Object(asked.value.refusal).code).toBe('PERSON_NEEDED');
    expect(asked.text).toContain('infragate waive app-1 --check rollback-tested --subject phase:2');
    const shown = await agent.call('rollback-phase', { phase_number: 2 });
    expect(shown.value.remaining).toEqual([expect.objectContaining({ object: `PersistentVolume/${volume}` })]);
    kubectl(['get', 'pvc', 'data']);
    await waivedByAPerson('phase:1');
    expect(await agent.refused('rollback-phase', { phase_number: 2, execute: true })).toBe('PERSON_NEEDED');
    await waivedByAPerson('phase:2');
    const gone = await back(2);
    expect(gone.value, gone.text).toMatchObject({
      status: 'ROLLED_BACK',
      removed: ['PersistentVolumeClaim/data'],
      remaining: [{ object: `PersistentVolume/${volume}`, why: expect.stringContaining('Retain') }],
    });
    const last = await back(1);
    expect(last.value, last.text).toMatchObject({
      status: 'ROLLED_BACK',
      removed: ['ConfigMap/settings'],
      remaining: [{ object: 'ConfigMap/audit', why: expect.stringContaining('the auditors read it') }],
    });
    const left = kubectl(['get', 'deployment,replicaset,pod,service,pvc,configmap', '-o', 'name']).trim().split('\n');
    expect(left.filter((name) => name !== 'configmap/kube-root-ca.crt')).toEqual(['configmap/audit']);
    kubectl(['delete', 'pv', volume]);

    await applied(agent, 1);
    await gatePasses(agent, 1);
  });

  /** A person at a terminal: the record is written as `infragate waive` writes it, passphrase, signature and all. */
  async function waivedByAPerson(subject: string): Promise<void> {
    const operator = await theOperator(stage.home);
    const engine = createEngine({ home: stage.home, workspace: stage.home, tools: [] });
    const done = await engine.waive({
      deployment: 'app-1',
      check: 'rollback-tested',
      subject,
      because: 'the data is in the backup',
      for: { days: 1 },
      ...operator,
    });
    await engine.close();
    expect(done.ok).toBe(true);
  }

  test('what was deleted and made anew by someone else is not taken away with ours, and named', async () => {
    const agent = await stage.agent({ approve: 'approve' });
    await proven(agent, stage, image);
    await approved(
      agent,
      planText(stage, [
        { files: { 'settings.yaml': configMap('settings') }, criteria: ['ConfigMap/settings: create'] },
      ]),
    );
    await applied(agent, 1);
    kubectl(['delete', 'configmap', 'settings']);
    kubectl(['create', '-f', '-'], configMap('settings', 'theirs'));
    const { value, text } = await agent.call('rollback-phase', { phase_number: 1, execute: true });
    expect(value.remaining, text).toEqual([expect.objectContaining({ object: 'ConfigMap/settings' })]);
    expect(kubectl(['get', 'configmap', 'settings', '-o', 'jsonpath={.data.key}'])).toBe('theirs');
  });

  /** One object of a name in the deployment's namespace, and one in another. */
  async function appliedTwice(text: string, criterion: string) {
    const other = `${stage.namespace}-other`;
    kubectl(['create', 'namespace', other]);
    const agent = await stage.agent({ approve: 'approve' });
    await proven(agent, stage, image, [other]);
    const there = text.replace('metadata: {', `metadata: { namespace: ${other},`);
    const phase = { files: { 'here.yaml': text, 'there.yaml': there }, criteria: [criterion] };
    await approved(agent, planText(stage, [phase]));
    await applied(agent, 1);
    return { agent, other };
  }

  test('objects of one name in two namespaces are told apart, and each is scaled by the autoscaler beside it', async () => {
    const { agent, other } = await appliedTwice(deployment('web', image), 'Deployment/web: reaches Ready state');
    kubectl(['-n', other, 'autoscale', 'deployment', 'web', '--min=1', '--max=4']);
    kubectl(['-n', other, 'scale', 'deployment', 'web', '--replicas=2']);
    await gatePasses(agent, 1);
    kubectl(['delete', 'namespace', other, '--wait=false']);
  });

  test('of two objects of one name, the one that may not be deleted is not mistaken for the one that is gone', async () => {
    const { agent, other } = await appliedTwice(configMap('settings'), 'ConfigMap/settings: create');
    const policy = undeletable(other);
    kubectl(['create', '-f', '-'], policy);
    await expect
      .poll(() => isDenied(['-n', other, 'delete', 'configmap', 'settings', '--dry-run=server']), { timeout: 20_000 })
      .toBe(true);
    const back = () => agent.call('rollback-phase', { phase_number: 1, execute: true });
    const first = await back();
    expect(first.value, first.text).toMatchObject({
      status: 'INCOMPLETE',
      removed: ['ConfigMap/settings'],
      remaining: [{ object: 'ConfigMap/settings', why: expect.stringContaining('it is to stay') }],
    });
    kubectl(['delete', '-f', '-'], policy);
    await expect
      .poll(() => isDenied(['-n', other, 'delete', 'configmap', 'settings', '--dry-run=server']), { timeout: 20_000 })
      .toBe(false);
    const second = await back();
    expect(second.value, second.text).toMatchObject({
      status: 'ROLLED_BACK',
      removed: ['ConfigMap/settings'],
      remaining: [],
    });
    kubectl(['delete', 'namespace', other, '--wait=false']);
  });

  test('to be committed before: the phase waits for its files, not for others', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: stage.workspace });
    git('init', '-q');
    stage.write('other.txt', 'of someone else');
    const agent = await stage.agent({ approve: 'approve' });
    await proven(agent, stage, image);
    const phase = {
      files: { 'settings.yaml': configMap('settings') },
      criteria: ['ConfigMap/settings: create'],
      more: { commit: 'before' },
    };
    await approved(agent, planText(stage, [phase]));
    const refused = await agent.call('apply-phase', { phase_number: 1 });
    expect([Object(refused.value.refusal).code, refused.text]).toEqual([
      'PHASE_ORDER',
      expect.stringContaining('settings.yaml'),
    ]);
    git('add', 'settings.yaml');
    git('commit', '-q', '-m', 'settings');
    await applied(agent, 1);
  });
});

describe('validations that have to fail before their phase is applied', () => {
  const exists = 'kubectl get configmap one';
  const plan = (validation: readonly unknown[], more = {}) => {
    const text: { phases: Record<string, unknown>[] } = JSON.parse(
      planText(stage, [{ files: { 'one.yaml': configMap('one') }, criteria: ['ConfigMap/one: create'], more }]),
    );
    return JSON.stringify({ ...text, phases: text.phases.map((p) => ({ ...p, validation_commands: validation })) });
  };

  test('one that failed then and passes now is told in the summary, also when the phase is applied again', async () => {
    const agent = await stage.agent({ approve: 'approve' });
    await proven(agent, stage, image);
    await approved(agent, plan([exists], { must_fail_before: true }));
    await applied(agent, 1);
    await applied(agent, 1);
    const gate = await agent.call('phase-gate', { phase_number: 1 });
    expect(gate.value.status, gate.text).toBe('PASS');
    expect(gate.text).toContain('1 of its validations failed before the phase was applied and pass now.');
    expect(gate.value.checks).toContainEqual(
      expect.objectContaining({ check: `before: ${exists}`, status: 'PASS', reason: 'FailedBefore' }),
    );
  });

  test('one that passes already, or could not be run, stops the apply, and the gate says so', async () => {
    const agent = await stage.agent({ approve: 'approve' });
    await proven(agent, stage, image);
    const always = 'kubectl get configmap kube-root-ca.crt';
    const missing = 'bash -c "kubectl get configmap one && exit 0; exit 127"';
    await approved(agent, plan([exists, ...[always, missing].map((command) => ({ command, must_fail_before: true }))]));
    const answer = await agent.call('apply-phase', { phase_number: 1 });
    expect(answer.value, answer.text).toMatchObject({
      status: 'FAILED',
      failure: { reason: 'ValidationPassedBefore' },
    });
    expect(answer.text).toContain('passed before the phase was applied, so it proves nothing');
    expect(answer.text).toContain('it could not be run before the phase was applied');
    expect(isDenied(['get', 'configmap', 'one'])).toBe(true);
    const gate = await agent.call('phase-gate', { phase_number: 1 });
    expect(gate.value.status).toBe('FAIL');
    expect(gate.text).toContain(`\`${always}\` passed before the phase was applied`);
  });
});

test('a gate that is decided does not wait for a validation command that waits', async () => {
  const agent = await stage.agent({ approve: 'approve' });
  await proven(agent, stage, image);
  const waiting = {
    files: { 'web.yaml': deployment('web', image) },
    criteria: ['Deployment/web: reaches Ready state'],
    validation: ['kubectl rollout status deployment/web --timeout=100s'],
    more: { timeout: '100s' },
  };
  await approved(agent, planText(stage, [waiting]));
  kubectl(['create', 'quota', 'team', '--hard=pods=0']);
  await applied(agent, 1);
  const { value, text } = await agent.call('phase-gate', { phase_number: 1, wait: '100s' });
  expect(value.status, text).toBe('FAIL');
  const checks = value.checks as Check[];
  const command = checks.find((c) => c.check.startsWith('command: '));
  expect(command?.reason, text).toBe('CommandTimedOut');
  expect(command?.evidence?.duration_ms, text).toBeLessThan(60_000);
});
