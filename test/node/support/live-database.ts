import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectlOf, planText } from '../../cluster/support/phases.ts';
import { type Agent, type Scene, scene } from '../../support/scene.ts';
import { configMap } from '../../support/story.ts';
import { sandbox } from './kubelet.ts';

const FINDINGS =
  'The shop keeps its orders in a CloudNativePG Cluster that runs already; this plan adds its settings beside it.';
const API = 'postgresql.cnpg.io/v1/Cluster';

type Problem = { readonly path: string; readonly severity: string; readonly message: string };

/**
 * What no rollback may destroy and no completion may miss, with a real PostgreSQL: a row is written first, and read again
 * after each attempt. The tests are one story and run in this order.
 */
export function liveDatabase(database: () => string, asked: (namespace: string, sql: string) => Promise<string>): void {
  let live: Scene;
  let agent: Agent;
  let kubectl: ReturnType<typeof kubectlOf>;
  let uid = '';
  const uidNow = () => kubectl(['get', 'cluster', 'db', '-o', 'jsonpath={.metadata.uid}']);
  const row = () => asked(live.namespace, 'select what from orders');
  const plan = (rollback: readonly string[]) =>
    planText(
      live,
      [
        {
          files: { 'db.yaml': database(), 'settings.yaml': configMap('settings') },
          criteria: ['Cluster/db: reaches Ready state', 'ConfigMap/settings: create'],
          validation: ['kubectl get cluster db'],
          rollback,
        },
      ],
      {
        validation: {
          static: { none: 'nothing is built here' },
          health: { none: 'a database answers no HTTP' },
          functional: ['kubectl wait cluster/db --for=condition=Ready --timeout=60s'],
        },
      },
    );
  const called = async (tool: string, args: Record<string, unknown>, status: string) => {
    const answer = await agent.call(tool, args, 200_000);
    expect(answer.value.status, answer.text).toBe(status);
    return answer;
  };
  const deployed = async (rollback: readonly string[]) => {
    await called('submit-plan', { plan: plan(rollback) }, 'VALID');
    await called('request-approval', {}, 'approved');
    await called('apply-phase', { phase_number: 1 }, 'APPLIED');
    await called('phase-gate', { phase_number: 1 }, 'PASS');
  };
  const ready = () => kubectl(['wait', 'cluster/db', '--for=condition=Ready', '--timeout=120s']);

  beforeAll(async () => {
    live = scene(sandbox, 'rows');
    kubectl = kubectlOf(sandbox, live.namespace);
    kubectl(['create', 'namespace', live.namespace]);
    kubectl(['apply', '--server-side', '--field-manager=infragate', '-f', '-'], database());
    await asked(live.namespace, "create table orders (what text); insert into orders values ('order 1')");
    ready();
    uid = uidNow();
    agent = await live.agent({ approve: 'approve' });
    await agent.call('start-deployment', { component: 'app', namespace: live.namespace, complexity: 'simple' });
    await agent.call('record-research', {
      findings: FINDINGS,
      no_outside_sources: 'made up by the tests',
      assumed_apis: [API, 'v1/ConfigMap'],
      critical_assumptions: [{ assumption: 'the operator works', impact: 'no database', about: [API] }],
    });
    await agent.call('cluster-reality-check', {});
    const spec = database();
    const criterion = { success_criteria: 'Cluster reaches Ready state', timeout: '120s', wait: '180s' };
    await called('tracer-bullet', { assumption: 'the operator works', minimal_spec: spec, ...criterion }, 'PASS');
  }, 400_000);

  afterAll(async () => {
    kubectl(['delete', 'namespace', live.namespace, '--wait=false']);
    await live.end();
  });

  test.each([
    ['kubectl delete -f db.yaml --ignore-not-found', 'Cluster/db'],
    ['kubectl delete cluster.postgresql.cnpg.io db', 'Cluster/db'],
    ['kubectl delete pvc --all', 'PersistentVolumeClaim/db-1'],
  ])(
    '%s as its rollback is an error of the plan',
    async (command, what) => {
      const submitted = await called('submit-plan', { plan: plan([command]) }, 'INVALID');
      const problems = submitted.value.problems as Problem[];
      const found = problems.find((p) => p.path === 'phases[0].rollback[0]' && p.message.includes('"undo"'));
      expect(found?.message, submitted.text).toContain(`deletes ${what}, which existed before this plan`);
      expect(found?.severity).toBe('error');
      expect([uidNow(), await row()]).toEqual([uid, 'order 1']);
    },
    150_000,
  );

  test('undo leaves it under its UID, with the row', async () => {
    await deployed(['undo']);
    const back = await called('rollback-phase', { phase_number: 1, execute: true }, 'ROLLED_BACK');
    expect(back.value, back.text).toMatchObject({
      removed: ['ConfigMap/settings'],
      untouched: ['Cluster/db'],
      recreated: [],
      lost: [],
    });
    expect([uidNow(), await row()]).toEqual([uid, 'order 1']);
  }, 300_000);

  test('deleted and made again behind the back it is not validated, documented, completed or rolled back as if nothing was', async () => {
    await deployed(['undo']);
    await called('run-validation', {}, 'PASS');
    await called('rollback-test', {}, 'PASS');
    const retro = await agent.call('record-retro', {
      went_well: ['the row stayed where it was'],
      learnings: [
        {
          title: 'Live databases',
          situation: 'a Cluster with rows in it',
          advice: 'undo leaves it alone',
          tags: ['cnpg'],
        },
      ],
    });
    expect(retro.isError, retro.text).toBe(false);
    const written = await agent.call('write-documentation');
    expect(written.isError, written.text).toBe(false);
    const refused = async (sentence: RegExp) => {
      for (const tool of ['write-documentation', 'complete-deployment']) {
        const { value, text } = await agent.call(tool);
        expect(Object(value.refusal).code, text).toBe('GATE_NOT_PASSED');
        expect(text).toMatch(sentence);
      }
    };
    kubectl(['delete', 'cluster', 'db', '--wait=true', '--timeout=60s']);
    await refused(/Cluster\/db is not there/);
    kubectl(['wait', 'pvc/db-1', '--for=delete', '--timeout=60s']);
    kubectl(['apply', '--server-side', '--field-manager=infragate', '-f', '-'], database());
    expect(await asked(live.namespace, "select count(*) from pg_tables where tablename = 'orders'")).toBe('0');
    ready();
    await refused(/it was deleted and/);
    const validated = await agent.call('run-validation', {}, 200_000);
    expect(validated.value.status, validated.text).toBe('FAIL');
    const back = await called('rollback-phase', { phase_number: 1, execute: true }, 'INCOMPLETE');
    expect(back.value, back.text).toMatchObject({ recreated: ['Cluster/db'], untouched: [] });
    expect(back.text).toContain('recreated (data lost)');
  }, 300_000);
}
