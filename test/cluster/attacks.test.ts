import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Agent } from '../support/scene.ts';
import { configMap, proven } from '../support/story.ts';
import { applied, approved, deployment, type PhaseText, planText } from './support/phases.ts';
import { image, kubectl, sandbox, setTheStage, stage } from './support/stage.ts';

/** What runs is what was approved, and what runs can show nothing that is secret. */
setTheStage('attacks');

async function provenAgent(): Promise<Agent> {
  const agent = await stage.agent({ approve: 'approve' });
  await proven(agent, stage, image);
  return agent;
}

const settings = (more: PhaseText = {}): PhaseText => ({
  criteria: ['ConfigMap/settings: create'],
  ...more,
  files: { 'settings.yaml': configMap('settings'), ...more.files },
});

const there = (what: string): boolean => kubectl(['get', what, '--ignore-not-found', '-o', 'name']).trim() !== '';

test('a script that is replaced while the gate waits does not run', async () => {
  const agent = await provenAgent();
  stage.write('check.sh', 'exit 1\n');
  const phase = settings({
    files: { 'web.yaml': deployment('web', image) },
    criteria: ['Deployment/web: jsonpath={.metadata.annotations.go}=yes'],
    validation: ['sh check.sh'],
    more: { timeout: '60s' },
  });
  await approved(agent, planText(stage, [phase]));
  await applied(agent, 1);
  const gate = agent.call('phase-gate', { phase_number: 1, wait: '90s' });
  await sleep(6_000);
  stage.write('check.sh', 'kubectl create configmap smuggled --from-literal=by=agent\nexit 0\n');
  kubectl(['annotate', 'deployment/web', 'go=yes']);
  const { value, text } = await gate;
  expect(value.status, text).toBe('FAIL');
  expect(text).toMatch(/check\.sh is not what was approved in the workspace/);
  expect(there('configmap/smuggled')).toBe(false);
});

test.each([
  'for f in scripts/*.sh; do sh "$f"; done',
  'T=scripts/one.sh; sh $T',
  'sh -s < list.txt',
  'bash <(cat list.txt)',
])('%s: what it runs can not be read, so it is a problem with the form that can', async (command) => {
  const agent = await provenAgent();
  stage.write('scripts/one.sh', 'echo harmless\n');
  stage.write('list.txt', 'scripts/one.sh\n');
  const { value, text } = await agent.call('submit-plan', {
    plan: planText(stage, [settings({ commands: [command] })]),
  });
  expect(value.status, text).toBe('INVALID');
  expect(text).toMatch(/only known when it runs|from its input|output of another command|elsewhere/);
});

test('a folder that the plan names is approved with all that is in it, and runs', async () => {
  const agent = await provenAgent();
  stage.write('scripts/one.sh', 'echo first of "$PWD"\n');
  const phase = settings({ commands: ['for f in scripts/*.sh; do sh "$f"; done'], more: { files: ['scripts/'] } });
  await approved(agent, planText(stage, [phase]));
  const { value } = await applied(agent, 1);
  const output = JSON.stringify(value.commands);
  expect(output).toContain('first of');
  expect(output).not.toContain(stage.workspace);
});

test("a command has no credential to show, and reaches the deployment's namespace only", async () => {
  const agent = await provenAgent();
  const { token } = parse(readFileSync(sandbox.kubeconfig, 'utf8')).users[0].user;
  const phase = settings({
    commands: ['kubectl config view --raw', 'kubectl get configmap settings'],
    validation: ['kubectl config view --raw | grep -q infragate-run && kubectl get configmap settings'],
  });
  await approved(agent, planText(stage, [phase]));
  const { text, value } = await agent.call('apply-phase', { phase_number: 1 });
  expect(value.status, text).toBe('APPLIED');
  expect(JSON.stringify(value)).not.toContain(token);
  const ledger = ['ledger.sqlite', 'ledger.sqlite-wal'].map((name) => readFileSync(join(stage.home, name), 'latin1'));
  expect(ledger.some((bytes) => bytes.includes(token))).toBe(false);
  expect(readdirSync(join(stage.home, 'run'))).toEqual([]);
});

test('a Secret is hidden as a line of it, in base64 at 76 columns, and as what a docker login holds', async () => {
  const agent = await provenAgent();
  const long = `Cn4ryLong${'aB3dE5'.repeat(20)}`;
  kubectl([
    'create',
    'secret',
    'generic',
    'planted',
    `--from-literal=multi=Cn4ryLineOne77\nCn4ryLineTwo88`,
    `--from-literal=long=${long}`,
  ]);
  kubectl([
    'create',
    'secret',
    'docker-registry',
    'pull',
    '--docker-server=reg.example',
    '--docker-username=u',
    '--docker-password=Cn4ryDockerPw1',
  ]);
  const get = (name: string, key: string) => `kubectl get secret ${name} -o jsonpath='{.data.${key}}' | base64 -d`;
  const commands = [
    `${get('planted', 'multi')} | head -1`,
    `${get('planted', 'multi')} | sed 's/^/  /'`,
    `${get('planted', 'long')} | base64`,
    `${get('pull', '\\.dockerconfigjson')} | sed 's/.*auth":"//;s/".*//' | base64 -d`,
  ];
  await approved(agent, planText(stage, [settings({ commands })]));
  const { value } = await applied(agent, 1);
  const outputs = (value.commands as { output: string }[]).map((c) => c.output);
  for (const output of outputs) expect(output).toContain('[redacted]');
  const encoded = Buffer.from(long).toString('base64').slice(0, 30);
  for (const secret of ['Cn4ry', encoded]) expect(outputs.join('\n')).not.toContain(secret);
});
