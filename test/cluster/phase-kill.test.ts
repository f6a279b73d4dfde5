import { afterAll, beforeAll, expect, test } from 'vitest';
import { damage } from '../support/damage.ts';
import { configMap, proven } from '../support/story.ts';
import { type FaultProxy, faultProxy } from './io/fault-proxy.ts';
import { applied, approved, gatePasses, planText } from './support/phases.ts';
import { image, kubectl, sandbox, setTheStage, stage } from './support/stage.ts';

/** A server that dies between making an object of a phase and writing down that it did. */
setTheStage('phase-kill');

let proxy: FaultProxy;
beforeAll(async () => {
  proxy = await faultProxy(sandbox.kubeconfig);
});
afterAll(() => proxy?.close());

const exists = (name: string): boolean =>
  kubectl(['get', 'configmap', name, '--ignore-not-found', '-o', 'name']) !== '';

/** Phase 1 applied by a server that is killed when `settings` is in the cluster and not yet on the record. */
async function killedInPhase1(names: readonly string[] = ['settings', 'more']) {
  const server = { approve: 'approve', env: { KUBECONFIG: proxy.kubeconfig } } as const;
  const doomed = await stage.agent(server);
  await proven(doomed, stage, image);
  const files = Object.fromEntries(names.map((name) => [`${name}.yaml`, configMap(name)]));
  const criteria = names.map((name) => `ConfigMap/${name}: create`);
  // Not kubectl: it sends no token over the proxy's plain HTTP.
  await approved(doomed, planText(stage, [{ files, validation: ['test -s settings.yaml'], criteria }]));
  proxy.rule = ({ method, url }) =>
    method === 'PATCH' && url.includes('/configmaps/settings') && !url.includes('dryRun') ? 'swallow' : undefined;
  const lost = doomed.call('apply-phase', { phase_number: 1 }).catch(() => 'lost');
  await expect.poll(() => exists('settings'), { timeout: 20_000 }).toBe(true);
  process.kill(doomed.pid ?? 0, 'SIGKILL');
  expect(await lost).toBe('lost');
  proxy.rule = () => undefined;
  return stage.agent(server);
}

test('applied again, the object is still ours: the way back takes it away', async () => {
  const next = await killedInPhase1();
  await applied(next, 1);
  await gatePasses(next, 1);
  const back = await next.call('rollback-phase', { phase_number: 1, execute: true });
  expect(back.value, back.text).toMatchObject({ status: 'ROLLED_BACK', restored: [], remaining: [] });
  expect(exists('settings') || exists('more')).toBe(false);
});

test('where it was all there is of the phase, the gate passes: it is there as approved', async () => {
  await gatePasses(await killedInPhase1(['settings']), 1);
});

test('rolled back at once, it goes, too', async () => {
  const next = await killedInPhase1();
  const back = await next.call('rollback-phase', { phase_number: 1, execute: true });
  expect(back.value, back.text).toMatchObject({ status: 'ROLLED_BACK', remaining: [] });
  expect(back.value.removed).toContain('ConfigMap/settings');
  expect(exists('settings')).toBe(false);
});

test('what someone else made of that name meanwhile is theirs', async () => {
  const next = await killedInPhase1();
  kubectl(['delete', 'configmap', 'settings']);
  kubectl(['create', 'configmap', 'settings', '--from-literal=key=theirs']);
  const back = await next.call('rollback-phase', { phase_number: 1, execute: true });
  expect(back.text).toContain('someone else made another one of that name');
  expect(kubectl(['get', 'configmap', 'settings', '-o', 'jsonpath={.data.key}'])).toBe('theirs');
});

test('when the record is damaged meanwhile, nothing more is done', async () => {
  const agent = await stage.agent({ approve: 'approve', env: { KUBECONFIG: proxy.kubeconfig } });
  await proven(agent, stage, image);
  const files = { 'a.yaml': configMap('a'), 'b.yaml': configMap('b') };
  await approved(agent, planText(stage, [{ files, criteria: ['ConfigMap/a: create', 'ConfigMap/b: create'] }]));
  proxy.rule = ({ method, url }) => {
    if (method === 'PATCH' && url.includes('/configmaps/a') && !url.includes('dryRun')) damage(stage.home);
    return undefined;
  };
  const { value, text } = await agent.call('apply-phase', { phase_number: 1 });
  proxy.rule = () => undefined;
  expect(Object(value.refusal).code, text).toBe('RECORD_DAMAGED');
  expect([exists('a'), exists('b')]).toEqual([true, false]);
});
