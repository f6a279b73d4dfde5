import { beforeEach, describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/index.ts';
import { copyImage } from '../../src/sandbox/images.ts';
import { TOOLS } from '../../src/tools/index.ts';
import type { Allowance } from '../../src/workflow/index.ts';
import { PASSPHRASE, theOperator } from '../support/operator.ts';
import type { Agent } from '../support/scene.ts';
import { configMap, proven } from '../support/story.ts';
import { noTerminal, onTerminal } from '../support/terminal.ts';
import { deployment, planText } from './support/phases.ts';
import { image, kubectl, sandbox, setTheStage, stage } from './support/stage.ts';

// A small change of what was deployed before, in few calls: everything is still asked of the cluster and on record.

setTheStage('light');

const RETRO = {
  went_well: ['nothing new was needed'],
  learnings: [
    { title: 'busybox 2', situation: 'another tag of busybox', advice: 'bump it the short way', tags: ['busybox'] },
  ],
};
const GATES = ['R', '0', 'P', 'I', 'V'];
const next = (tag: string) => image.replace(/:1$/, `:${tag}`);
const jsonpath = (what: string, path: string) => kubectl(['get', what, '-o', `jsonpath={${path}}`]);

/** web runs, with settings beside it; two phases, completed. */
async function deployedOnce(agent: Agent): Promise<string> {
  await proven(agent, stage, image);
  const plan = planText(stage, [
    { files: { 'settings.yaml': configMap('settings', 'quiet') }, criteria: ['ConfigMap/settings: create'] },
    {
      files: { 'web.yaml': deployment('web', image) },
      criteria: ['Deployment/web: reaches Ready state'],
      validation: ['kubectl rollout status deployment/web --timeout=60s'],
    },
  ]);
  await agent.call('submit-plan', { plan });
  const asked = await agent.call('request-approval');
  expect(asked.value.status, asked.text).toBe('approved');
  const advanced = await agent.call('advance-deployment', { wait: '100s' });
  expect(advanced.value.status, advanced.text).toBe('YOUR_TURN');
  await agent.call('record-retro', RETRO);
  const closed = await agent.call('advance-deployment', { wait: '100s' });
  expect(closed.value.status, closed.text).toBe('COMPLETED');
  return String(closed.value.deployment);
}

/** A person's class of changes, as `infragate approve --class` has it recorded. */
async function preapproved(id: string, allows: readonly Allowance[], days = 30): Promise<string> {
  const engine = createEngine({ home: stage.home, workspace: stage.workspace, tools: TOOLS });
  const done = await engine.preapprove({ deployment: id, allows, days, ...(await theOperator(stage.home)) });
  const read = await engine.read(id);
  await engine.close();
  expect(done.ok).toBe(true);
  return read.ok ? (read.deployment.classes.at(-1)?.id ?? '') : '';
}

/** The same by `infragate approve --class`, as a person types it. */
async function atTheTerminal(id: string, allows: readonly string[]): Promise<string> {
  await theOperator(stage.home);
  const { screen, status } = await onTerminal(['approve', id, '--class', ...allows], { INFRAGATE_HOME: stage.home }, [
    { when: /Operator passphrase/, type: PASSPHRASE },
    { when: /Type "approve app"/, type: 'approve app' },
  ]);
  expect(status, screen).toBe(0);
  expect(screen).toContain('Deployment/web: another tag or digest of');
  const made = /Class (c-[0-9a-f]{8}), until /.exec(screen)?.[1];
  expect(made, screen).toBeDefined();
  return made ?? '';
}

/** `infragate approve --class --end`, and the classes of the deployment that still count after it. */
async function endedAtTheTerminal(id: string, made: string): Promise<readonly string[]> {
  const ended = await onTerminal(['approve', id, '--class', '--end', made], { INFRAGATE_HOME: stage.home }, [
    { when: /Operator passphrase/, type: PASSPHRASE },
    { when: /Type "end app"/, type: 'end app' },
  ]);
  expect(ended.status, ended.screen).toBe(0);
  expect(ended.screen).toContain(`Class ${made} has ended.`);
  const engine = createEngine({ home: stage.home, workspace: stage.workspace, tools: TOOLS });
  const read = await engine.read(id);
  await engine.close();
  const now = new Date().toISOString();
  return read.ok
    ? read.deployment.classes
        .filter((c) => c.id === made)
        .slice(-1)
        .flatMap((c) => (c.until > now ? c.id : []))
    : ['?'];
}

const anyBusybox = (): Allowance => ({ kind: 'image', object: 'Deployment/web', repository: image.replace(/:1$/, '') });

beforeEach(async () => {
  for (const tag of ['2', '3']) await copyImage(sandbox.registry ?? '', 'busybox:1', `busybox:${tag}`);
});

describe('an image bump of what was deployed before', () => {
  test('takes at most five calls inside a class, with all five gates and the bullet of the new image on record', async () => {
    const first = await stage.agent({ approve: 'approve' });
    const id = await deployedOnce(first);
    await first.close();
    const made = await preapproved(id, [anyBusybox()]);

    const agent = await stage.agent({ approve: 'decline' });
    const same = await agent.call('start-deployment', { like: id });
    expect(same.text).toContain(`nothing differs from what ${id} deployed`);
    const started = await agent.call('start-deployment', { like: id, change: { images: { [image]: next('2') } } });
    expect(started.isError, started.text).toBe(false);
    const advanced = await agent.call('advance-deployment', { wait: '100s' });
    expect(advanced.value.status, advanced.text).toBe('YOUR_TURN');
    const tools = (advanced.value.steps as { tool: string }[]).map((s) => s.tool);
    expect(tools).toEqual(
      expect.arrayContaining(['cluster-reality-check', 'tracer-bullet', 'submit-plan', 'apply-phase']),
    );
    await agent.call('record-retro', RETRO);
    const closed = await agent.call('advance-deployment', { wait: '100s' });
    expect(closed.value.status, closed.text).toBe('COMPLETED');
    expect(jsonpath('deployment/web', '.spec.template.spec.containers[0].image')).toBe(next('2'));

    const { value } = await agent.call('deployment-status', { deployment: String(closed.value.deployment) });
    const gates = value.gates as { gate: string; passes: boolean }[];
    expect(gates.map((g) => [g.gate, g.passes])).toEqual(GATES.map((name) => [name, true]));
    const timeline = await agent.call('deployment-status', {
      deployment: String(closed.value.deployment),
      show: 'timeline',
    });
    expect(timeline.text).toContain(`approved within the class ${made}`);
    expect(timeline.text).toContain(`busybox:2: pass Fired`);
  }, 240_000);

  test.skipIf(noTerminal !== undefined)(
    'is asked about as ever where a class does not name it, and cannot be widened by the agent',
    async () => {
      const first = await stage.agent({ approve: 'approve' });
      const id = await deployedOnce(first);
      await first.close();
      const made = await atTheTerminal(id, ['--image', 'Deployment/web', '--value', 'ConfigMap/settings=key']);
      const agent = await stage.agent({ approve: 'decline' });
      const started = await agent.call('start-deployment', { like: id, change: { replicas: { 'Deployment/web': 2 } } });
      expect(started.isError, started.text).toBe(false);
      const advanced = await agent.call('advance-deployment', { wait: '100s' });
      expect(advanced.value.status, advanced.text).toBe('pending');
      const asked = await agent.call('request-approval');
      expect(asked.value.status, asked.text).toBe('pending');
      expect(asked.text).toContain('does not allow Deployment/web spec.replicas: 1 → 2');

      const widened: [string, string][] = [
        ['another field', deployment('web', next('2')).replace('3600', '7200')],
        ['a new container', `${deployment('web', next('2'))}        - name: other\n          image: ${image}\n`],
        ['another repository', deployment('web', next('2').replace('busybox', 'elsewhere'))],
      ];
      for (const [what, text] of widened) {
        const plan = planText(stage, [
          {
            files: { 'settings.yaml': configMap('settings', 'quiet'), 'web.yaml': text },
            criteria: ['Deployment/web: reaches Ready state', 'ConfigMap/settings: create'],
            validation: ['kubectl rollout status deployment/web --timeout=60s', 'kubectl get configmap'],
          },
        ]);
        const submitted = await agent.call('submit-plan', { plan });
        const again = await agent.call('request-approval');
        expect(again.value.status, `${what}: ${submitted.text}\n${again.text}`).not.toBe('approved');
      }
      expect(jsonpath('deployment/web', '.spec.replicas')).toBe('1');
      expect(await endedAtTheTerminal(id, made)).toEqual([]);
    },
    240_000,
  );
});
