import { expect, test } from 'vitest';
import { proven } from '../support/story.ts';
import { applied, approved, deployment, gatePasses, planText } from './support/phases.ts';
import { image, kubectl, setTheStage, stage } from './support/stage.ts';

setTheStage('completion');

/** The number of replicas is left to others. */
const web = () => deployment('web', image).replace('  replicas: 1\n', '');

const RETRO = {
  went_well: ['it was quick'],
  learnings: [
    { title: 'busybox sleeps', situation: 'a test of completion', advice: 'let it sleep on', tags: ['busybox'] },
  ],
};

test('what was deleted, recreated or scaled to 0 after its validation is neither documented nor completed', async () => {
  const agent = await stage.agent({ approve: 'approve' });
  await proven(agent, stage, image);
  await approved(
    agent,
    planText(stage, [{ files: { 'web.yaml': web() }, criteria: ['Deployment/web: reaches Ready state'] }]),
  );
  await applied(agent, 1);
  await gatePasses(agent, 1);
  const validated = async () => {
    const { value, text } = await agent.call('run-validation');
    expect(value.status, text).toBe('PASS');
  };
  const refused = async (sentence: string) => {
    for (const tool of ['write-documentation', 'complete-deployment']) {
      const { value, text } = await agent.call(tool);
      const { code, next } = Object(value.refusal);
      expect([code, next?.[0]?.tool], text).toEqual(['GATE_NOT_PASSED', 'run-validation']);
      expect(text).toContain(sentence);
    }
  };
  await validated();
  const tested = await agent.call('rollback-test');
  expect(tested.value.status, tested.text).toBe('PASS');
  const retro = await agent.call('record-retro', RETRO);
  expect(retro.isError, retro.text).toBe(false);
  const written = await agent.call('write-documentation');
  expect(written.isError, written.text).toBe(false);

  kubectl(['scale', 'deployment', 'web', '--replicas=0']);
  await expect.poll(() => kubectl(['get', 'pods', '-l', 'app=web', '-o', 'name']), { timeout: 60_000 }).toBe('');
  await refused('Deployment/web was scaled to 0 replicas');
  kubectl(['scale', 'deployment', 'web', '--replicas=1']);
  kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s']);
  await validated();

  kubectl(['delete', 'deployment', 'web']);
  await refused('Deployment/web is not there');
  kubectl(['apply', '--server-side', '--field-manager=infragate', '-f', '-'], web());
  await refused('it was deleted and');
}, 240_000);
