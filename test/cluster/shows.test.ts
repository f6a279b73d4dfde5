import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { damage } from '../support/damage.ts';
import { infragate, type Scene } from '../support/scene.ts';
import { ASSUMPTION, configMap, FINDINGS, planOf, pod, proven, researched } from '../support/story.ts';
import { audited } from './io/sandbox.ts';
import { image, sandbox, setTheStage, stage } from './support/stage.ts';

setTheStage('shows');

const writes = () =>
  audited(sandbox, 'admin').filter(
    (l) => !['get', 'list', 'watch'].includes(l.verb) && !/dryRun=All|selfsubject/i.test(l.requestURI),
  );

describe('a new deployment', () => {
  test('every tool behind a gate refuses, names the gate and what leads on, and nothing is written to the cluster', async () => {
    const agent = await stage.agent();
    await agent.call('start-deployment', { component: 'app', namespace: 'default' });
    const before = writes().length;
    const calls: [string, Record<string, unknown>][] = [
      ['tracer-bullet', { assumption: 'x', minimal_spec: pod(image), success_criteria: 'Pod reaches Running state' }],
      ['submit-plan', { plan: 'component: app' }],
      ['request-approval', {}],
      ['apply-phase', { phase_number: 1 }],
      ['phase-gate', { phase_number: 1 }],
      ['rollback-phase', { phase_number: 1, execute: true }],
      ['run-validation', {}],
      ['rollback-test', {}],
      ['write-documentation', {}],
      ['complete-deployment', {}],
    ];
    for (const [tool, args] of calls) {
      const { isError, value } = await agent.call(tool, args);
      const refusal = Object(value.refusal);
      expect([tool, isError, refusal.code, refusal.gate]).toEqual([tool, true, 'GATE_NOT_PASSED', 'R']);
      expect(
        refusal.next.map((n: { tool: string }) => n.tool),
        tool,
      ).toContain('record-research');
    }
    expect(writes().length - before).toBe(0);
  });

  test('a start that is refused makes no namespace', async () => {
    const agent = await stage.agent();
    const start = { component: 'app', namespace: `${stage.namespace}-not-there` };
    const { text } = await agent.call('start-deployment', start);
    expect(text).toContain(`Somebody has to create the namespace ${start.namespace}`);
    const before = writes().length;
    expect(await agent.refused('start-deployment', { ...start, create_namespace: true })).toBe('DEPLOYMENT_EXISTS');
    expect(writes().length - before).toBe(0);
  });

  test('empty research passes no gate', async () => {
    const agent = await stage.agent();
    await agent.call('start-deployment', { component: 'app', namespace: 'default' });
    await agent.call('record-research', {
      findings: 'x',
      sources: [],
      assumed_apis: [],
      planned_images: [],
      operators: [],
      configuration_requirements: [],
    });
    const { value } = await agent.call('cluster-reality-check', {});
    expect(Object(value.gate)).toMatchObject({ name: 'R', passes: false });
  });
});

describe('tracer bullets', () => {
  test('a ConfigMap proves nothing about an image: BAD_INPUT', async () => {
    const agent = await stage.agent();
    await researched(agent, stage, image);
    expect(
      await agent.refused('tracer-bullet', {
        assumption: ASSUMPTION,
        minimal_spec: configMap('x'),
        success_criteria: 'create',
      }),
    ).toBe('BAD_INPUT');
  });

  test('three at once, the first failing: all are recorded, Gate 0 fails for the right one; fixed and fired again it passes', async () => {
    const agent = await stage.agent();
    await researched(agent, stage, image);
    const names = ['first', 'second', 'third'].map((n) => `${n} assumption holds`);
    await agent.call('record-research', {
      critical_assumptions: names.map((assumption) => ({ assumption, impact: 'test', about: [image] })),
    });
    const fire = (assumption: string, node: string) =>
      agent.call('tracer-bullet', {
        assumption,
        minimal_spec: pod(image, 'p').replace('spec:\n', `spec:\n  nodeSelector: { "kubernetes.io/os": ${node} }\n`),
        success_criteria: 'Pod reaches Running state',
        timeout: '8s',
      });
    const results = await Promise.all(names.map((name, i) => fire(name, i === 0 ? 'plan9' : 'linux')));
    expect(results.map((r) => r.value.status)).toEqual(['FAIL', 'PASS', 'PASS']);
    const research = await agent.call('deployment-status', { show: 'research' });
    const items = research.value.items as { name: string; status: string }[];
    const standing = Object.fromEntries(items.filter((i) => names.includes(i.name)).map((i) => [i.name, i.status]));
    expect(standing).toMatchObject({ [names[0] ?? '']: 'fail' });

    expect(
      await agent.refused('tracer-bullet', {
        assumption: names[0] ?? '',
        minimal_spec: pod(image),
        success_criteria: 'Pod reaches Running state',
      }),
    ).toBe('GATE_NOT_PASSED');
    await agent.call('cluster-reality-check', {});
    for (const name of [...names, ASSUMPTION]) expect((await fire(name, 'linux')).value.status).toBe('PASS');
    const status = await agent.call('deployment-status');
    expect(Object(status.value.gate).name).toBe('P');
  });

  test('a client that gives up and calls again gets the result of the same run', async () => {
    const agent = await stage.agent();
    await researched(agent, stage, image);
    const args = {
      assumption: ASSUMPTION,
      minimal_spec: pod(image).replace('spec:\n', 'spec:\n  nodeSelector: { none: such }\n'),
      success_criteria: 'Pod reaches Running state',
      timeout: '6s',
    };
    await expect(agent.call('tracer-bullet', args, 1500)).rejects.toThrow();
    const again = await agent.call('tracer-bullet', args);
    expect(again.value.status).toBe('FAIL');
    const timeline = await agent.call('deployment-status', { show: 'timeline' });
    expect(timeline.text.match(/tracer-bullet began/g)).toHaveLength(1);
  });

  test('two servers racing one bullet: one runs, one gets IN_PROGRESS', async () => {
    const [a, b] = [await stage.agent(), await stage.agent()];
    await researched(a, stage, image);
    const args = {
      assumption: ASSUMPTION,
      minimal_spec: pod(image),
      success_criteria: 'Pod reaches Running state',
      timeout: '30s',
    };
    const both = await Promise.all([a.call('tracer-bullet', args), b.call('tracer-bullet', args)]);
    const outcomes = both.map((r) => Object(r.value.refusal).code ?? r.value.status).sort();
    expect(outcomes).toEqual(['IN_PROGRESS', 'PASS']);
  });

  test('kill -9 in the middle loses no recorded event; another server goes on and takes away what was left', async () => {
    const first = await stage.agent();
    await researched(first, stage, image);
    const slow = {
      assumption: ASSUMPTION,
      minimal_spec: pod(image).replace('spec:\n', 'spec:\n  nodeSelector: { none: such }\n'),
      success_criteria: 'Pod reaches Running state',
      timeout: '60s',
    };
    const lost = first.call('tracer-bullet', slow).catch(() => 'gone');
    const exported = () => infragate(stage.home, ['export', 'app-1']).stdout.trim().split('\n');
    for (let i = 0; i < 100 && !exported().some((l) => l.includes('"created"') && l.includes('"tracer"')); i += 1)
      await sleep(100);
    const before = exported();
    process.kill(first.pid ?? 0, 'SIGKILL');
    expect(await lost).toBe('gone');

    const second = await stage.agent();
    const good = await second.call('tracer-bullet', { ...slow, minimal_spec: pod(image) });
    expect(good.value.status).toBe('PASS');
    expect(exported().slice(0, before.length)).toEqual(before);
    const status = await second.call('deployment-status');
    expect(Object(status.value.gate).name, status.text).toBe('P');
    expect(infragate(stage.home, ['verify']).status).toBe(0);
  });
});

describe('plan and phases', () => {
  const phase = async (agent: Awaited<ReturnType<Scene['agent']>>, n: number) => {
    const applied = await agent.call('apply-phase', { phase_number: n });
    expect(applied.value.status, applied.text).toBe('APPLIED');
    const gated = await agent.call('phase-gate', { phase_number: n });
    expect(gated.value.status, gated.text).toBe('PASS');
  };

  test('after phases 1 to 3 of four, phase 4 is revised and approved again: 1 to 3 still count', async () => {
    const agent = await stage.agent({ approve: 'approve' });
    await proven(agent, stage, image);
    const submitted = await agent.call('submit-plan', { plan: planOf(stage, ['1', '2', '3', '4']) });
    expect(submitted.value.digest, submitted.text).toBeTruthy();
    expect((await agent.call('request-approval')).value.status).toBe('approved');
    for (const n of [1, 2, 3]) await phase(agent, n);
    await agent.call('submit-plan', { plan: planOf(stage, ['1', '2', '3', 'changed']) });
    expect(await agent.refused('apply-phase', { phase_number: 4 })).toBe('APPROVAL_REQUIRED');
    expect((await agent.call('request-approval')).value.status).toBe('approved');
    await phase(agent, 4);
    const status = await agent.call('deployment-status', { show: 'plan' });
    expect((status.value.phases as { status: string }[]).map((p) => p.status)).toEqual([
      'pass',
      'pass',
      'pass',
      'pass',
    ]);
  });

  test('what was approved is what happens: an edited file is PLAN_DRIFT, a phase out of order PHASE_ORDER, nobody asked APPROVAL_REQUIRED', async () => {
    const agent = await stage.agent({ approve: 'approve' });
    await proven(agent, stage, image);
    await agent.call('submit-plan', { plan: planOf(stage, ['1', '2']) });
    expect(await agent.refused('apply-phase', { phase_number: 1 })).toBe('APPROVAL_REQUIRED');
    await agent.call('request-approval');
    expect(await agent.refused('apply-phase', { phase_number: 2 })).toBe('PHASE_ORDER');
    appendFileSync(join(stage.workspace, 'phase-1.yaml'), '# harmless?\n');
    expect(await agent.refused('apply-phase', { phase_number: 1 })).toBe('PLAN_DRIFT');
    expect(await agent.refused('phase-gate', { phase_number: 1 })).toBe('PLAN_DRIFT');
    planOf(stage, ['1', '2']);
    await phase(agent, 1);
  });

  test('a person who declines the form has not approved', async () => {
    const agent = await stage.agent({ approve: 'decline' });
    await proven(agent, stage, image);
    await agent.call('submit-plan', { plan: planOf(stage, ['1']) });
    expect((await agent.call('request-approval')).value.status).toBe('pending');
    expect(await agent.refused('apply-phase', { phase_number: 1 })).toBe('APPROVAL_REQUIRED');
  });
});

describe('the record', () => {
  test('one byte changed in an event row: verify names it and exits 1, the server refuses that deployment only', async () => {
    const agent = await stage.agent();
    await agent.call('start-deployment', { component: 'app', namespace: 'default' });
    await agent.call('start-deployment', { component: 'other', namespace: 'default' });
    await agent.call('record-research', { deployment: 'app-1', findings: FINDINGS });
    await agent.close();
    expect(damage(stage.home)).toBeGreaterThan(0);

    const verify = infragate(stage.home, ['verify']);
    expect(verify.status).toBe(1);
    expect(verify.stdout).toMatch(/app-1/);
    const again = await stage.agent();
    expect(await again.refused('deployment-status', { deployment: 'app-1' })).toBe('RECORD_DAMAGED');
    expect((await again.call('deployment-status', { deployment: 'other-1' })).isError).toBe(false);
  });
});

describe('bad input', () => {
  test('each is a refusal with a code and the field, never a stack trace, and the server lives on', async () => {
    const agent = await stage.agent();
    await researched(agent, stage, image);
    const cases: [string, Record<string, unknown>, string, RegExp][] = [
      ['deployment-status', { deployment: 'nope-7' }, 'NO_DEPLOYMENT', /nope-7/],
      [
        'tracer-bullet',
        { assumption: ASSUMPTION, minimal_spec: 'a: [1,\nb: 2', success_criteria: 'Pod reaches Running state' },
        'BAD_INPUT',
        /minimal_spec.*line \d+.*column \d+/is,
      ],
      ['record-research', { planned_images: ['Not A Valid/Image:::'] }, 'BAD_INPUT', /planned_images/],
      [
        'tracer-bullet',
        {
          assumption: ASSUMPTION,
          minimal_spec: pod(image),
          success_criteria: 'Pod reaches Running state',
          timeout: 'soon',
        },
        'BAD_INPUT',
        /timeout/,
      ],
      [
        'tracer-bullet',
        { assumption: ASSUMPTION, minimal_spec: pod(image), success_criteria: 'it just works' },
        'BAD_INPUT',
        /success_criteria/,
      ],
      ['start-deployment', { component: 'x', namespace: 'Not_A_Name' }, 'BAD_INPUT', /namespace/],
      ['record-research', { findings: 3 }, 'BAD_INPUT', /findings/],
      ['apply-phase', { phase_number: 0 }, 'BAD_INPUT', /phase_number/],
      ['deployment-status', { show: 'evidence', id: 'sha256:nothing' }, 'BAD_INPUT', /id/],
    ];
    for (const [tool, args, code, words] of cases) {
      const { value, text } = await agent.call(tool, args);
      expect([tool, Object(value.refusal).code, text], JSON.stringify(args)).toEqual([
        tool,
        code,
        expect.stringMatching(words),
      ]);
      expect(text).not.toMatch(/\n\s+at .*\.(ts|js):\d+/);
    }
    expect((await agent.call('deployment-status')).isError).toBe(false);
  });

  test('no cluster: CLUSTER_UNREACHABLE, and what needs none still works', async () => {
    const agent = await stage.agent({ env: { KUBECONFIG: join(stage.workspace, 'no-such-kubeconfig') } });
    expect(await agent.refused('start-deployment', { component: 'x', namespace: 'default' })).toBe(
      'CLUSTER_UNREACHABLE',
    );
    expect((await agent.call('deployment-status')).isError).toBe(false);
  });
});
