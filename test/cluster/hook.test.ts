import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planOf, proven, researched } from '../support/story.ts';
import { applied, approved } from './support/phases.ts';
import { image, setTheStage, stage } from './support/stage.ts';

/** The plugin's hook, going by what the server itself writes down after each event. */
setTheStage('hook');

const hooks = join(import.meta.dirname, '..', '..', 'plugin', 'hooks');

function hook(file: string, given: Record<string, unknown>): string {
  const { stdout, status } = spawnSync(process.execPath, [join(hooks, file)], {
    input: JSON.stringify({ cwd: stage.workspace, ...given }),
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: stage.home, INFRAGATE_HOME: stage.home },
  });
  expect(status).toBe(0);
  return stdout;
}

/** Why the command stops; '' when it may run. */
const stopped = (command: string): string => {
  const answer = hook('guard.cjs', { tool_name: 'Bash', tool_input: { command } });
  return answer === '' ? '' : String(JSON.parse(answer).hookSpecificOutput.permissionDecisionReason);
};

test('before anything is open, and in other namespaces, the cluster is the agent’s business', async () => {
  expect(stopped(`kubectl -n ${stage.namespace} apply -f x.yaml`)).toBe('');
  const agent = await stage.agent();
  await researched(agent, stage, image);
  expect(stopped('kubectl -n elsewhere apply -f x.yaml')).toBe('');
  expect(stopped(`kubectl -n ${stage.namespace} get pods`)).toBe('');
});

test('from the first event on, a raw write stops and is told the gate and the way on', async () => {
  const agent = await stage.agent();
  await researched(agent, stage, image);
  const because = stopped(`kubectl -n ${stage.namespace} apply -f x.yaml`);
  expect(because).toContain('app-1');
  expect(because).toContain('Gate 0');
  expect(because).toContain('Go on with tracer-bullet');
  expect(hook('session-start.cjs', { source: 'compact' })).toContain('Deployment app-1 (app');
});

test('a person not having decided, nothing is recalled; once approved, only what the phase placed may be written', async () => {
  const agent = await stage.agent({ approve: 'approve' });
  await proven(agent, stage, image);
  const write = (name: string) => `kubectl -n ${stage.namespace} annotate configmap ${name} note=x`;
  await agent.call('submit-plan', { plan: planOf(stage, ['a', 'b']) });
  expect(stopped(write('phase-1'))).toContain('Gate P');
  expect(hook('stop.cjs', { session_id: 'one', stop_hook_active: false })).not.toContain('infragate approve');
  await approved(agent, planOf(stage, ['a', 'b']));
  expect(stopped(write('phase-1'))).toContain('only phase 1 may be worked on');
  await applied(agent, 1);
  expect(stopped(write('phase-1'))).toBe('');
  expect(stopped(write('phase-2'))).toContain('apply-phase');
  expect(stopped('infragate approve app-1')).toContain('for a person');
});
