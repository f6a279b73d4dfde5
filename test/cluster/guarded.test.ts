import { beforeEach, expect, test } from 'vitest';
import { proven } from '../support/story.ts';
import { asAdmin, kubeconfigOf } from './support/guarded.ts';
import { applied, approved, deployment, gatePasses, planText } from './support/phases.ts';
import { image, kubectl, sandbox, setTheStage, stage } from './support/stage.ts';

// A namespace whose API server refuses what no approved phase names, and a server that has no write credential.

setTheStage('guarded');

beforeEach(() => {
  asAdmin(sandbox, stage, ['cluster', 'install', '--server', 'viewer']);
  kubectl(['create', 'namespace', stage.namespace]);
});

const guard = (...more: string[]) =>
  asAdmin(sandbox, stage, ['cluster', 'guard', stage.namespace, '--allow', 'kwok', ...more]);

test('a server that may only read deploys, checks and rolls back by the executor; nobody else writes', async () => {
  guard('--proving');
  const agent = await stage.agent({
    approve: 'approve',
    env: { INFRAGATE_KUBECONFIG: kubeconfigOf(sandbox, stage, 'viewer') },
  });
  await proven(agent, stage, image);
  await approved(
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
  expect(() => kubectl(['scale', 'deployment/web', '--replicas=3'])).toThrow(/infragate guards the namespace/);
  const back = await agent.call('rollback-phase', { phase_number: 1, execute: true });
  expect(back.value.status, back.text).toBe('ROLLED_BACK');
});
