import { expect, test } from 'vitest';
import { isLedgerError, openLedger } from '../../src/state/index.ts';
import { kubectl, sandbox, setTheStage, stage } from './support/stage.ts';

/** start-deployment with create_namespace: what it makes is written down first, and a refusal makes nothing. */
setTheStage('start');

const there = (name: string): boolean => kubectl(['get', 'namespace', name, '--ignore-not-found', '-o', 'name']) !== '';
const began = (more: Record<string, unknown> = {}) => ({ component: 'app', namespace: stage.namespace, ...more });

test('a namespace is made after the record says that it will be', async () => {
  const agent = await stage.agent();
  const { value, text } = await agent.call('start-deployment', began({ create_namespace: true }));
  expect(Object(value.target).created, text).toEqual([stage.namespace]);
  expect(text).not.toContain('MISSING');
  const ledger = await openLedger({ home: stage.home });
  if (isLedgerError(ledger)) throw new Error(ledger.message);
  const { rows } = await ledger.read(String(value.deployment));
  ledger.close();
  const facts = rows.map(({ fact }) => Object(fact)).filter(({ type }) => type === 'placed' || type === 'observed');
  expect(facts.map((fact) => [fact.type, fact.state ?? fact.verdict.reason])).toEqual([
    ['observed', 'NamespaceMissing'],
    ['placed', 'intended'],
    ['placed', 'created'],
    ['observed', 'NamespaceExists'],
  ]);
  expect(Object(value.gate).open).not.toContain('namespace-exists');
});

test('forgotten: the gate says how, and the same call with it goes on in the deployment that is open', async () => {
  const agent = await stage.agent();
  const first = await agent.call('start-deployment', began());
  expect(first.text).toContain('MISSING');
  const next = (first.value.next as { tool?: string; arguments?: Record<string, unknown> }[]).find(
    ({ tool }) => tool === 'start-deployment',
  );
  expect(next?.arguments, first.text).toMatchObject(began({ create_namespace: true }));
  const { value, text } = await agent.call('start-deployment', next?.arguments);
  expect(value.deployment, text).toBe(first.value.deployment);
  expect(text).toContain('It was open already');
  expect(there(stage.namespace)).toBe(true);
  expect(Object(value.gate).open).not.toContain('namespace-exists');
});

test('a refusal makes nothing: neither where the component is open already, nor where this identity may not', async () => {
  const agent = await stage.agent();
  await agent.call('start-deployment', began({ create_namespace: true }));
  const other = `${stage.namespace}-other`;
  const again = began({ namespaces: [other], create_namespace: true });
  expect(await agent.refused('start-deployment', again)).toBe('DEPLOYMENT_EXISTS');
  const asViewer = began({
    component: 'another',
    namespace: other,
    create_namespace: true,
    context: sandbox.contexts.viewer,
  });
  expect(await agent.refused('start-deployment', asViewer)).toBe('FORBIDDEN');
  expect(there(other)).toBe(false);
  expect(
    (await agent.call('deployment-status')).value.deployments ?? [],
    'only the first is on record',
  ).not.toContainEqual(expect.objectContaining({ component: 'another' }));
});

test('what the namespace imposes is said at once: PodSecurity, quota, LimitRange and who keeps it', async () => {
  kubectl(['create', 'namespace', stage.namespace]);
  kubectl(['label', 'namespace', stage.namespace, 'pod-security.kubernetes.io/enforce=restricted']);
  kubectl(['annotate', 'namespace', stage.namespace, 'argocd.argoproj.io/tracking-id=shop:/Namespace:shop']);
  kubectl(['create', 'quota', 'small', '--hard=pods=10']);
  const agent = await stage.agent();
  const { value, text } = await agent.call('start-deployment', began());
  expect(Object(value.preflight).namespace, text).toMatchObject({
    pod_security: 'enforce restricted',
    quota: expect.stringContaining('small: pods 0/10'),
    limit_range: 'none',
    gitops: expect.stringContaining('kept by Argo CD'),
  });
  for (const line of ['- PodSecurity: enforce restricted', '- Quota: small', '- LimitRange: none', '- GitOps: '])
    expect(text).toContain(line);
});
