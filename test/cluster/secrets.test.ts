import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { Agent } from '../support/scene.ts';
import { configMap, proven } from '../support/story.ts';
import { applied, approved, deployment, gatePasses, planText, refusal } from './support/phases.ts';
import { image, kubectl, setTheStage, stage } from './support/stage.ts';

/** A plan's Secrets: each is there, or made, before the phase that needs it, and no earlier. */
let agent: Agent;

setTheStage('secrets');
beforeEach(async () => {
  agent = await stage.agent({ approve: 'approve', env: { LOGIN: 'correct-horse' } });
  await proven(agent, stage, image);
});

const settings = { files: { 'settings.yaml': configMap('settings') }, criteria: ['ConfigMap/settings: create'] };
const web = (secret: string) => ({
  files: {
    'web.yaml': deployment('web', image, 1, `          envFrom: [{ secretRef: { name: ${secret} } }]\n`),
  },
  criteria: ['Deployment/web: reaches Ready state'],
});
const keyOf = (secret: string, key: string) =>
  Buffer.from(kubectl(['get', 'secret', secret, '-o', `jsonpath={.data.${key}}`]), 'base64');

test('a Secret that an earlier phase brings about is waited for by the phase that needs it, and by none before', async () => {
  const external = { name: 'db-app', keys: ['password'], from: 'external' };
  const unnamed = { name: 'spare', from: 'external' };
  const plan = planText(stage, [settings, web('db-app')], { secrets: [external, unnamed] });
  const { value, text } = await agent.call('submit-plan', { plan });
  expect(value.status, text).toBe('VALID');
  expect(text).toContain(
    'the Secret db-app is not there yet: phase 2 (Deployment/web) first needs it, and is not applied without it',
  );
  expect(text).toContain('the Secret spare is not there yet: no phase names it, so none waits for it');
  await approved(agent, plan);
  await applied(agent, 1);
  await gatePasses(agent, 1);

  const none = await agent.call('apply-phase', { phase_number: 2 });
  expect(none.value.refusal, none.text).toMatchObject({
    code: 'PERSON_NEEDED',
    message: expect.stringContaining('the Secret db-app, which Deployment/web needs, is not there'),
    next: [{ person: expect.any(String) }, { tool: 'apply-phase', arguments: { phase_number: 2 } }],
  });
  kubectl(['create', 'secret', 'generic', 'db-app', '--from-literal=user=app']);
  expect((await refusal(agent, 'apply-phase', { phase_number: 2 })).text).toContain('lacks password');
  kubectl(['patch', 'secret', 'db-app', '-p', '{"stringData":{"password":"made-by-an-operator"}}']);
  await applied(agent, 2);
  await gatePasses(agent, 2);
});

test('a Secret said to exist is looked for before anything is applied', async () => {
  const plan = planText(stage, [settings, web('login')], { secrets: [{ name: 'login', from: 'existing' }] });
  expect((await agent.call('submit-plan', { plan })).text).toContain('phase 1 is not applied without it');
  await approved(agent, plan);
  expect((await refusal(agent, 'apply-phase', { phase_number: 1 })).code).toBe('PERSON_NEEDED');
  kubectl(['create', 'secret', 'generic', 'login']);
  await applied(agent, 1);
});

test('a Secret that a revision adds is made by the phase that needs it, though the first has passed', async () => {
  await approved(agent, planText(stage, [settings, web('none-yet')]));
  await applied(agent, 1);
  await gatePasses(agent, 1);
  const secrets = [{ name: 'login', keys: ['password'], from: 'env: LOGIN' }];
  await approved(agent, planText(stage, [settings, web('login')], { secrets }));
  expect((await applied(agent, 2)).value.resources).toContainEqual(
    expect.objectContaining({ ref: 'Secret/login', action: 'created' }),
  );
  expect(keyOf('login', 'password').toString()).toBe('correct-horse');
  const back = await agent.call('rollback-phase', { phase_number: 2, execute: true });
  expect(back.value.removed, back.text).toContain('Secret/login');
});

test('a Secret that a phase delivered by others needs is made when apply-phase is called for it', async () => {
  const phase = { ...web('login'), rollback: ['undo'], more: { delivery: 'gitops' } };
  const secrets = [{ name: 'login', keys: ['password'], from: 'generate' }];
  const plan = planText(stage, [phase, settings], { secrets });
  expect((await agent.call('submit-plan', { plan })).text).toContain('call apply-phase for it before they do');
  await approved(agent, plan);
  const answer = await agent.call('apply-phase', { phase_number: 1 });
  expect(answer.value.status, answer.text).toBe('NOT_OURS');
  expect(answer.text).toContain('Made for it: Secret/login');
  expect(keyOf('login', 'password').length).toBeGreaterThan(20);
});

test('a file that is no text keeps every byte', async () => {
  const bytes = Buffer.from([0x30, 0x82, 0xff, 0xfe, 0x00, 0x80]);
  writeFileSync(join(stage.workspace, 'store.p12'), bytes);
  const secrets = [{ name: 'store', keys: ['p12'], from: 'file: store.p12' }];
  await approved(agent, planText(stage, [settings], { secrets }));
  await applied(agent, 1);
  expect(keyOf('store', 'p12')).toEqual(bytes);
});

test('a name or a key that no Secret can have is a problem of the plan, not of the day it is applied', async () => {
  const secrets = [{ name: 'App_Login', keys: ['pass word'], from: 'generate' }];
  const { value, text } = await agent.call('submit-plan', { plan: planText(stage, [settings], { secrets }) });
  expect(value.status).toBe('INVALID');
  expect(text).toMatch(/App_Login can't be the name of a Secret[\s\S]*pass word can't be a key/);
});
