import { describe, expect, test } from 'vitest';
import { configMap, proven } from '../support/story.ts';
import { applied, approved, deployment, gatePasses, planText } from './support/phases.ts';
import { image, kubectl, setTheStage, stage } from './support/stage.ts';

setTheStage('upgrade');

describe('an upgrade of what runs already', () => {
  test('rolled back, the old version runs with the old fields, and what was new is gone', async () => {
    const agent = await stage.agent({ approve: 'approve' });
    await proven(agent, stage, image);
    const old = `${deployment('web', image, 2)}          env: [{ name: COLOUR, value: blue }]\n`;
    kubectl(['apply', '--server-side', '--field-manager=infragate', '-f', '-'], old);
    kubectl(['apply', '-f', '-'], configMap('settings', 'old'));
    kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s']);
    const state = (kind: string) => {
      const { spec, data, metadata } = JSON.parse(kubectl(['get', kind, '-o', 'json']));
      return { spec, data, uid: metadata.uid, labels: metadata.labels };
    };
    const before = [state('deployment/web'), state('configmap/settings')];

    const takeOver = { object: 'ConfigMap/settings', managers: ['kubectl-client-side-apply'], fields: ['.data.key'] };
    await approved(
      agent,
      planText(stage, [
        {
          files: {
            'web.yaml': `${deployment('web', image, 3)}          env: [{ name: COLOUR, value: green }, { name: NEW, value: "yes" }]\n`,
            'settings.yaml': configMap('settings', 'new'),
            'extra.yaml': configMap('extra'),
          },
          criteria: ['Deployment/web: reaches Ready state'],
          more: { take_over: [takeOver] },
        },
      ]),
    );
    const { value } = await applied(agent, 1);
    expect(value.resources).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ref: 'Deployment/web', action: 'changed' }),
        expect.objectContaining({ ref: 'ConfigMap/extra', action: 'created' }),
      ]),
    );
    await gatePasses(agent, 1);
    expect(kubectl(['get', 'deployment', 'web', '-o', 'jsonpath={.status.readyReplicas}'])).toBe('3');

    const shown = await agent.call('rollback-phase', { phase_number: 1 });
    expect(shown.value.status).toBe('DRY_RUN');
    expect(state('deployment/web').spec.replicas).toBe(3);
    const back = await agent.call('rollback-phase', { phase_number: 1, execute: true });
    expect(back.value, back.text).toMatchObject({ status: 'ROLLED_BACK', remaining: [], removed: ['ConfigMap/extra'] });
    expect(back.value.restored).toEqual(expect.arrayContaining(['Deployment/web', 'ConfigMap/settings']));
    expect([state('deployment/web'), state('configmap/settings')]).toEqual(before);
    kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s']);
    expect(kubectl(['get', 'deployment', 'web', '-o', 'jsonpath={.status.readyReplicas}'])).toBe('2');

    const status = await agent.call('deployment-status', { show: 'plan' });
    expect((status.value.phases as { status: string }[])[0]?.status).not.toBe('pass');
    await applied(agent, 1);
    await gatePasses(agent, 1);
  });
});
