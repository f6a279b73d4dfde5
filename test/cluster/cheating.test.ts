import { appendFileSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyImage, down, pushImage, up } from '../../src/sandbox/sandbox.ts';
import { type Agent, infragate, type Scene } from '../support/scene.ts';
import { configMap, proven } from '../support/story.ts';
import {
  applied,
  approved,
  deployment,
  gateFails,
  gatePasses,
  type PhaseText,
  planText,
  refusal,
} from './support/phases.ts';
import { image, kubectl, sandbox, setTheStage, stage } from './support/stage.ts';

/** Ways of getting past a gate without the work, each tried and each refused. More of them: shows, protocol/decision. */
setTheStage('cheating');
const registry = () => sandbox.registry ?? '';

/** An agent whose deployment is past Gate 0, with a person at its client who approves. */
async function provenAgent(options: Parameters<Scene['agent']>[0] = {}): Promise<Agent> {
  const agent = await stage.agent({ approve: 'approve', ...options });
  await proven(agent, stage, image);
  return agent;
}

const settings = (more: PhaseText = {}): PhaseText => ({
  criteria: ['ConfigMap/settings: create'],
  ...more,
  files: { 'settings.yaml': configMap('settings'), ...more.files },
});

/** What runs on this machine under these words, exactly. */
const processesNamed = (words: string): string[] =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
        return line === words ? [line] : [];
      } catch {
        return [];
      }
    });

describe('in the text of the plan', () => {
  test('what can not fail, writes, goes elsewhere, lies outside or is spelled out: each is a problem, with its path', async () => {
    const agent = await provenAgent();
    const outside = join(stage.home, '..', 'outside.yaml');
    writeFileSync(outside, configMap('outside'));
    symlinkSync(outside, join(stage.workspace, 'link.yaml'));
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { password: hunter22 }\n';
    const cases: [string, PhaseText, RegExp][] = [
      ['a command that hides its status', { validation: ['kubectl get configmap settings || true'] }, /can't fail/],
      ['a command that is no check', { validation: ['true'] }, /validation_commands/],
      ['a validation that mends what it checks', { validation: ['kubectl scale deploy/web --replicas=0'] }, /scale/],
      ['a validation that takes away', { validation: ['kubectl delete pod --all'] }, /delete/],
      ['another kubeconfig', { validation: ['KUBECONFIG=/tmp/other kubectl get configmap'] }, /KUBECONFIG/],
      ['another context', { validation: ['kubectl --context other get configmap'] }, /context/],
      ['another namespace', { validation: ['kubectl -n kube-system get pods'] }, /kube-system/],
      ['a link out of the workspace', { resources: ['settings.yaml', 'link.yaml'] }, /link\.yaml/],
      ['a file that is not there', { resources: ['settings.yaml', 'nothing.yaml'] }, /nothing\.yaml/],
      ['values in clear text', { files: { 'secret.yaml': secret } }, /clear text/],
      ['a criterion nobody can judge', { criteria: ['it works well'] }, /success_criteria/],
      ['no way back', { rollback: ['kubectl delete configmap another'] }, /rollback/],
      [
        'another namespace in a manifest',
        { files: { 'far.yaml': `${configMap('far').replace('name: far', 'name: far, namespace: kube-system')}` } },
        /kube-system/,
      ],
    ];
    for (const [what, more, words] of cases) {
      const { value, text } = await agent.call('submit-plan', { plan: planText(stage, [settings(more)]) });
      expect([what, value.status, text], what).toEqual([what, 'INVALID', expect.stringMatching(words)]);
      expect(text).not.toContain('hunter22');
    }
    expect(await agent.refused('request-approval')).toBe('GATE_NOT_PASSED');
  });

  test('an image that nobody looked at is covered by nothing; a retired one, too', async () => {
    const agent = await provenAgent();
    const strange = `${registry()}/busybox:2`;
    await copyImage(registry(), 'busybox:1', 'busybox:2');
    const { value, text } = await agent.call('submit-plan', {
      plan: planText(stage, [settings({ files: { 'web.yaml': deployment('web', strange) } })]),
    });
    expect(value.without_evidence, text).toEqual([expect.stringContaining('busybox:2')]);
    expect(await agent.refused('request-approval')).toBe('GATE_NOT_PASSED');

    await agent.call('cluster-reality-check', { planned_images: [strange] });
    await agent.call('record-research', { retire: [{ item: strange, because: 'not to be used' }] });
    expect(await agent.refused('request-approval')).toBe('GATE_NOT_PASSED');
  });

  test('more than the quota leaves is an error that says used, hard and needed', async () => {
    const agent = await provenAgent();
    kubectl(['create', 'quota', 'team', '--hard=pods=2']);
    await expect.poll(() => kubectl(['get', 'quota', 'team', '-o', 'jsonpath={.status.hard.pods}'])).toBe('2');
    const plan = (replicas: number) =>
      planText(stage, [settings({ files: { 'web.yaml': deployment('web', image, replicas) } })]);
    const { value, text } = await agent.call('submit-plan', { plan: plan(3) });
    expect(value.status).toBe('INVALID');
    expect(text).toMatch(/team leaves 2 of pods \(hard 2, used 0\), the set needs 3/);
    expect((await agent.call('submit-plan', { plan: plan(2) })).value.status).toBe('VALID');
  });
});

describe('without a person', () => {
  test('approve, waive and abandon from a shell without a terminal decide nothing', async () => {
    const agent = await stage.agent();
    await proven(agent, stage, image);
    await agent.call('submit-plan', { plan: planText(stage, [settings()]) });
    for (const args of [
      ['approve', 'app-1'],
      ['waive', 'app-1', '--check', 'images-verified', '--because', 'no time'],
      ['abandon', 'app-1', '--because', 'no time'],
      ['operator', 'init'],
    ])
      expect(infragate(stage.home, args).status, args.join(' ')).not.toBe(0);
    expect((await agent.call('request-approval')).value.status).toBe('pending');
    expect(await agent.refused('apply-phase', { phase_number: 1 })).toBe('APPROVAL_REQUIRED');
    expect(infragate(stage.home, ['export', 'app-1']).stdout).not.toMatch(/"(decided|waived|abandoned)"/);
  });

  test('an approval that has ended is none, whatever the clock was moved to', async () => {
    const agent = await provenAgent();
    await approved(agent, planText(stage, [settings()]));
    await agent.close();
    const later = join(stage.workspace, '..', 'later.mjs');
    writeFileSync(
      later,
      'const D = Date, s = 40 * 864e5; globalThis.Date = class extends D { constructor(...a) { if (a.length) super(...a); else super(D.now() + s); } static now() { return D.now() + s; } };',
    );
    const future = await stage.agent({ env: { NODE_OPTIONS: `--import=file://${later}` } });
    expect(await future.refused('apply-phase', { phase_number: 1 })).toBe('APPROVAL_REQUIRED');
  });

  test('an approval of one plan is none of the next, nor of a plan changed in one number', async () => {
    const agent = await provenAgent();
    await approved(agent, planText(stage, [settings()]));
    await agent.call('submit-plan', { plan: planText(stage, [settings({ more: { timeout: '7m' } })]) });
    expect(await agent.refused('apply-phase', { phase_number: 1 })).toBe('APPROVAL_REQUIRED');
  });
});

describe('after the approval', () => {
  test('a script of the validation or of the way back runs as approved, or not at all', async () => {
    const agent = await provenAgent();
    stage.write('judge.sh', 'exit 1\n');
    stage.write('back.sh', 'exit 0\n');
    const phase = settings({ rollback: ['sh back.sh', 'undo'] });
    const validation = { static: { none: 'x' }, health: { none: 'x' }, functional: ['sh judge.sh'] };
    await approved(agent, planText(stage, [phase], { validation }));
    await applied(agent, 1);
    await gatePasses(agent, 1);
    expect((await agent.call('run-validation')).value.status).toBe('FAIL');

    stage.write('judge.sh', 'exit 0\n');
    const drift = await refusal(agent, 'run-validation');
    expect([drift.code, drift.text]).toEqual(['PLAN_DRIFT', expect.stringContaining('judge.sh')]);
    stage.write('back.sh', 'kubectl create configmap smuggled\n');
    expect(await agent.refused('rollback-phase', { phase_number: 1, execute: true })).toBe('PLAN_DRIFT');
    stage.write('back.sh', 'exit 0\n');
    const back = await agent.call('rollback-phase', { phase_number: 1, execute: true });
    expect(back.value.status, back.text).toBe('ROLLED_BACK');
    expect(kubectl(['get', 'configmap', '-o', 'name'])).not.toContain('smuggled');
  });

  test('a phase whose commands failed, or never ran, does not pass for its objects being there', async () => {
    const agent = await provenAgent();
    stage.write('migrate.sh', 'kubectl get configmap ready-to-migrate\n');
    await approved(agent, planText(stage, [settings({ commands: ['sh migrate.sh'] })]));
    expect((await agent.call('apply-phase', { phase_number: 1 })).value.status).toBe('FAILED');
    const { open } = await gateFails(agent, 1);
    expect(open).toEqual(['applied: commands: CommandFailed']);
    kubectl(['create', 'configmap', 'ready-to-migrate']);
    await applied(agent, 1);
    await gatePasses(agent, 1);
    await agent.call('rollback-phase', { phase_number: 1, execute: true });
    expect((await gateFails(agent, 1)).open).toContain('applied: commands: CommandsNotRun');
  });
});

describe('between the approval and the first apply', () => {
  test('the plan file, a manifest and a script it runs are as approved, or nothing is done', async () => {
    const agent = await provenAgent();
    stage.write('check.sh', '#!/bin/sh\nkubectl get configmap settings\n');
    const plan = planText(stage, [settings({ validation: ['sh check.sh'] })]);
    stage.write('plan.json', plan);
    expect((await agent.call('submit-plan', { plan_file: 'plan.json' })).value.status).toBe('VALID');
    expect((await agent.call('request-approval')).value.status).toBe('approved');
    const edits: [string, (text: string) => string][] = [
      ['plan.json', (text) => text.replace('sh check.sh', 'sh ./check.sh')],
      ['settings.yaml', (text) => text.replace('"1"', '"2"')],
      ['check.sh', (text) => `${text}# or so\n`],
    ];
    for (const [file, edit] of edits) {
      const path = join(stage.workspace, file);
      const before = readFileSync(path, 'utf8');
      writeFileSync(path, edit(before));
      expect([file, await agent.refused('apply-phase', { phase_number: 1 })]).toEqual([file, 'PLAN_DRIFT']);
      writeFileSync(path, before);
    }
    appendFileSync(join(stage.workspace, 'README'), 'not of the plan\n');
    await applied(agent, 1);
  });

  test('an object put there by hand meanwhile is not taken for ours', async () => {
    const agent = await provenAgent();
    await approved(agent, planText(stage, [settings()]));
    kubectl(['create', 'configmap', 'settings', '--from-literal=key=1']);
    const { open } = await gateFails(agent, 1);
    expect(open).toContain('resource: ConfigMap/settings: NotOurs');
    const drift = await refusal(agent, 'apply-phase', { phase_number: 1 });
    expect(drift.code).toBe('PLAN_DRIFT');
    expect(drift.text).toMatch(/ConfigMap\/settings was put there by someone else \(kubectl/);
    kubectl(['delete', 'configmap', 'settings']);
    await applied(agent, 1);
  });

  test('a tag that was moved to another image since is PLAN_DRIFT, until a person is asked again', async () => {
    const agent = await provenAgent();
    const moving = `${registry()}/moving:1`;
    await copyImage(registry(), 'busybox:1', 'moving:1');
    await agent.call('cluster-reality-check', { planned_images: [moving] });
    await approved(agent, planText(stage, [settings({ files: { 'web.yaml': deployment('web', moving) } })]));
    await pushImage(registry(), 'moving:1', { from: 'busybox:1', files: { moved: { content: String(Date.now()) } } });
    const drift = await refusal(agent, 'apply-phase', { phase_number: 1 });
    expect([drift.code, drift.text]).toEqual(['PLAN_DRIFT', expect.stringMatching(/moving:1 is another image/)]);
    // Looking again is not deciding again.
    await agent.call('cluster-reality-check', { planned_images: [moving] });
    expect(await agent.refused('apply-phase', { phase_number: 1 })).toBe('PLAN_DRIFT');
    expect((await agent.call('request-approval', { ask_again: true })).value.status).toBe('approved');
    await applied(agent, 1);
  });

  test('another identity, another cluster behind the same context, a namespace made anew: nothing goes on', async () => {
    const kubeconfig = join(stage.workspace, '..', 'kubeconfig');
    const original = readFileSync(sandbox.kubeconfig, 'utf8');
    writeFileSync(kubeconfig, original);
    const agent = await provenAgent({ env: { KUBECONFIG: kubeconfig } });
    await approved(agent, planText(stage, [settings()]));

    const config = JSON.parse(original);
    const user = (context: string) => config.contexts.find((c: { name: string }) => c.name === context).context.user;
    const contexts = config.contexts.map((c: { name: string; context: object }) =>
      c.name === sandbox.contexts.admin ? { ...c, context: { ...c.context, user: user(sandbox.contexts.editor) } } : c,
    );
    writeFileSync(kubeconfig, JSON.stringify({ ...config, contexts }));
    // Who can't see the cluster's identity is told from its owner by that; who can, by name.
    expect(await agent.refused('apply-phase', { phase_number: 1 })).toBe('WRONG_TARGET');
    const whoami = [
      '--context',
      sandbox.contexts.editor,
      'auth',
      'whoami',
      '-o',
      'jsonpath={.status.userInfo.username}',
    ];
    const binding = `cheating-${stage.namespace}`;
    kubectl(['create', 'clusterrolebinding', binding, '--clusterrole=cluster-admin', `--user=${kubectl(whoami)}`]);
    const other = await refusal(agent, 'apply-phase', { phase_number: 1 });
    kubectl(['delete', 'clusterrolebinding', binding]);
    expect([other.code, other.text]).toEqual(['PLAN_DRIFT', expect.stringMatching(/knows this server as/)]);

    const name = `cheating-other-${process.pid}`;
    const elsewhere = await up({ name });
    try {
      const strange = JSON.parse(readFileSync(elsewhere.kubeconfig, 'utf8'));
      const renamed = JSON.parse(
        JSON.stringify(strange).replaceAll(`infragate-sandbox-${name}`, sandbox.contexts.admin),
      );
      writeFileSync(kubeconfig, JSON.stringify(renamed));
      expect(await agent.refused('apply-phase', { phase_number: 1 })).toBe('WRONG_TARGET');
      expect(await agent.refused('phase-gate', { phase_number: 1 })).toBe('WRONG_TARGET');
    } finally {
      await down({ name });
    }

    writeFileSync(kubeconfig, original);
    await applied(agent, 1);
    kubectl(['delete', 'namespace', stage.namespace, '--wait=true']);
    kubectl(['create', 'namespace', stage.namespace]);
    expect(await agent.refused('phase-gate', { phase_number: 1 })).toBe('WRONG_TARGET');
  });

  test('an object that Argo CD, Flux or Helm keeps is left to it; a field that someone else owns, too', async () => {
    const agent = await provenAgent();
    const marks = ['argocd.argoproj.io/tracking-id=shop:/ConfigMap:x/settings', 'meta.helm.sh/release-name=shop'];
    for (const mark of marks) {
      kubectl(['create', 'configmap', 'settings', '--from-literal=key=1']);
      kubectl(['annotate', 'configmap', 'settings', mark]);
      await approved(agent, planText(stage, [settings({ more: { timeout: `${marks.indexOf(mark) + 3}m` } })]));
      const { value, text } = await agent.call('apply-phase', { phase_number: 1 });
      expect([value.status, Object(value.failure).reason], text).toEqual(['FAILED', 'Tracked']);
      kubectl(['delete', 'configmap', 'settings']);
    }
    kubectl(['create', '-f', '-'], configMap('settings'));
    kubectl(['label', 'configmap', 'settings', 'kustomize.toolkit.fluxcd.io/name=shop']);
    await approved(agent, planText(stage, [settings({ more: { timeout: '9m' } })]));
    expect(Object((await agent.call('apply-phase', { phase_number: 1 })).value.failure).reason).toBe('Tracked');
    kubectl(['delete', 'configmap', 'settings']);

    kubectl(['apply', '--server-side', '--field-manager=another-team', '-f', '-'], configMap('settings', '7'));
    await approved(agent, planText(stage, [settings({ more: { timeout: '8m' } })]));
    const { value, text } = await agent.call('apply-phase', { phase_number: 1 });
    expect([value.status, value.conflicts], text).toEqual([
      'FAILED',
      [expect.objectContaining({ manager: 'another-team' })],
    ]);
    expect(kubectl(['get', 'configmap', 'settings', '-o', 'jsonpath={.data.key}'])).toBe('7');
  });
});

describe('between the apply and its gate', () => {
  test('other words in the call than in the plan are refused, whichever they are', async () => {
    const agent = await provenAgent();
    await approved(agent, planText(stage, [settings()]));
    await applied(agent, 1);
    const others: Record<string, unknown>[] = [
      { phase_name: 'something else' },
      { validation_commands: ['true'] },
      { validation_commands: [] },
      { success_criteria: ['ConfigMap/other: create'] },
      { resources_deployed: ['Deployment/never'] },
      { rollback_procedure: 'undo\nrm -rf /' },
    ];
    for (const more of others)
      expect([more, await agent.refused('phase-gate', { phase_number: 1, ...more })]).toEqual([more, 'BAD_INPUT']);
    const same = {
      phase_name: 'part 1',
      validation_commands: ['kubectl get configmap'],
      resources_deployed: ['ConfigMap/settings'],
    };
    expect((await agent.call('phase-gate', { phase_number: 1, ...same })).value.status).toBe('PASS');
  });

  test('edited, deleted and made anew, or with a field more: the gate looks at the object that was applied', async () => {
    const agent = await provenAgent();
    await approved(agent, planText(stage, [settings()]));
    await applied(agent, 1);
    kubectl(['patch', 'configmap', 'settings', '-p', '{"data":{"key":"2"}}']);
    expect((await gateFails(agent, 1)).open).toContain('resource: ConfigMap/settings: Drifted');
    kubectl(['patch', 'configmap', 'settings', '-p', '{"data":{"key":"1"}}']);
    kubectl(['delete', 'configmap', 'settings']);
    expect((await gateFails(agent, 1)).open).toContain('resource: ConfigMap/settings: NotFound');
    kubectl(['create', '-f', '-'], configMap('settings'));
    expect((await gateFails(agent, 1)).open).toContain('resource: ConfigMap/settings: Recreated');
    expect(await agent.refused('run-validation')).toBe('GATE_NOT_PASSED');
  });

  test('a Deployment that can not start, scaled to nothing by hand so that it looks ready', async () => {
    const agent = await provenAgent();
    const missing = `${registry()}/busybox:1`;
    const plan = planText(stage, [
      settings({
        files: { 'web.yaml': deployment('web', missing, 2, '      nodeSelector: { none: such }\n') },
        criteria: ['Deployment/web: reaches Ready state'],
        more: { timeout: '4s' },
      }),
    ]);
    await approved(agent, plan);
    await applied(agent, 1);
    const waiting = await gateFails(agent, 1);
    expect(waiting.open.join()).toMatch(/ready: Deployment\/web/);
    kubectl(['scale', 'deployment', 'web', '--replicas=0']);
    expect((await gateFails(agent, 1)).open).toContain('resource: Deployment/web: Drifted');
  });

  test('exit 0 is not enough where a criterion says what must be there', async () => {
    const agent = await provenAgent();
    const plan = planText(stage, [
      settings({
        files: { 'web.yaml': deployment('web', image, 1) },
        validation: ['kubectl get deployment web'],
        criteria: ['Deployment/web: cel: object.status.readyReplicas == 3'],
        more: { timeout: '4s' },
      }),
    ]);
    await approved(agent, plan);
    await applied(agent, 1);
    const { checks } = await gateFails(agent, 1);
    expect(checks.find((c) => c.check.startsWith('command:'))).toMatchObject({ status: 'PASS' });
    expect(checks.find((c) => c.check.startsWith('criterion:'))).toMatchObject({ status: 'FAIL' });
  });

  test('phase 2 before 1, 3 before 2; and phase 1 broken while phase 2 was put there', async () => {
    const agent = await provenAgent();
    const phases = ['one', 'two', 'three'].map((n) => ({
      files: { [`${n}.yaml`]: configMap(n) },
      criteria: [`ConfigMap/${n}: create`],
    }));
    await approved(agent, planText(stage, phases));
    for (const tool of ['apply-phase', 'phase-gate'])
      for (const phase_number of [2, 3]) expect(await agent.refused(tool, { phase_number })).toBe('PHASE_ORDER');
    await applied(agent, 1);
    expect(await agent.refused('apply-phase', { phase_number: 2 })).toBe('PHASE_ORDER');
    await gatePasses(agent, 1);
    await applied(agent, 2);
    kubectl(['delete', 'configmap', 'one']);
    expect((await gateFails(agent, 2)).open).toContain('earlier: phase 1 part 1: NotFound');
    expect(await agent.refused('phase-gate', { phase_number: 3 })).toBe('PHASE_ORDER');
  });

  test('a command that never ends, forks, floods or asks is ended with its children; a Secret it prints is not shown', async () => {
    const agent = await provenAgent();
    const password = 'correct-horse-battery';
    kubectl(['create', 'secret', 'generic', 'app-login', `--from-literal=password=${password}`]);
    stage.write('endless.sh', 'sleep 987654 &\nsetsid sleep 987654 &\nsleep 987654\n');
    const plan = planText(
      stage,
      [
        settings({
          validation: [
            'sh endless.sh',
            'set -o pipefail; yes infragate | head -c 1000000000',
            'read answer',
            "kubectl get secret app-login -o jsonpath='{.data.password}'",
            "set -o pipefail; kubectl get secret app-login -o jsonpath='{.data.password}' | base64 -d",
            'kubectl get secret app-login -o yaml',
          ],
          more: { timeout: '10s' },
        }),
      ],
      { secrets: [{ name: 'app-login', keys: ['password'], from: 'existing' }] },
    );
    await approved(agent, plan);
    await applied(agent, 1);
    const { checks, answer } = await gateFails(agent, 1);
    const of = (part: string) => checks.find((c) => c.check.includes(part));
    expect(of('endless')).toMatchObject({ reason: 'CommandTimedOut' });
    expect(of('endless')?.evidence?.duration_ms).toBeLessThan(14_000);
    expect(of('read answer')).toMatchObject({ reason: 'CommandFailed' });
    expect(String(of('yes infragate')?.evidence?.output).length).toBeLessThan(2_000);
    const everything = JSON.stringify(answer.value) + answer.text + infragate(stage.home, ['export', 'app-1']).stdout;
    expect(everything).not.toContain(password);
    expect(everything).not.toContain(Buffer.from(password).toString('base64'));
    expect(everything).toContain('[redacted]');
    expect(processesNamed('sleep 987654')).toEqual([]);
  }, 180_000);
});
