import { expect, test } from 'vitest';
import { parseCriterion } from '../criteria/index.ts';
import { parseReference } from '../images/index.ts';
import { parseCommand } from '../shell/index.ts';
import { preparePlan } from './prepare.ts';
import { deployment, FILES, GOOD, worldWith } from './world.records.ts';

const worldOf = worldWith({ parseCommand, parseCriterion, parseReference });

const web = (from: string, to: string) => ({ 'web.yaml': deployment('web', '', 'redis:7').replace(from, to) });
const more = (text: string) => ({ 'web.yaml': `${deployment('web', '', 'redis:7')}---\n${text}` });

/** The problems of a plan that say this, as `severity path`. */
async function found(sentence: string, files: Readonly<Record<string, string>>, plan = GOOD): Promise<string[]> {
  const { problems } = await preparePlan(plan, 'plan.yaml', worldOf({ ...FILES, ...files }));
  return problems.filter((p) => p.message.includes(sentence)).map((p) => p.severity);
}

const SERVICE = (app: string) => `apiVersion: v1
kind: Service
metadata: {name: front}
spec: {selector: {app: ${app}}, ports: [{port: 80}]}
`;
const CRONJOB = `apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec: {schedule: "0 3 * * *", jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: "backup:1"}]}}}}}
`;

test('a workload of 0 replicas is an error where a criterion is about it, else a note', async () => {
  const zero = web('spec:', 'spec:\n  replicas: 0');
  expect(await found('asks for 0 replicas', zero)).toEqual(['error']);
  expect(await found('asks for 0 replicas', web('x', 'x'))).toEqual([]);
  const about = GOOD.replace('Deployment/web: Deployment available', 'Deployment/web: create');
  expect(await found('asks for 0 replicas', zero, about)).toEqual(['note']);
});

test('a Service that selects none of the plan’s Pods, and an image that nothing starts, are notes', async () => {
  expect(await found('selects no Pod of this plan', more(SERVICE('api')))).toEqual(['note']);
  expect(await found('selects no Pod of this plan', more(SERVICE('web')))).toEqual([]);
  expect(await found('no phase starts backup:1', more(CRONJOB))).toEqual(['note']);
});

test('a validation that looks at nothing is a note', async () => {
  const validating = (command: string) => GOOD.replace('kubectl rollout status deployment/web --timeout=60s', command);
  expect(await found('this machine alone', {}, validating('git status'))).toEqual(['note']);
  expect(await found('this machine alone', {}, validating('kubectl get deployment/web'))).toEqual([]);
});
