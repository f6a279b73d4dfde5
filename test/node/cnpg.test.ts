import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operatorProgram } from '../../src/sandbox/operators/cnpg.ts';
import { pushImage } from '../../src/sandbox/sandbox.ts';
import { kubectlAt } from './support/kubectl.ts';
import { onKubelet, sandbox } from './support/kubelet.ts';
import { liveDatabase } from './support/live-database.ts';
import { shootAt } from './support/shot.ts';

/** Bullets at the real CloudNativePG operator, with a real PostgreSQL behind it. Needs what builds them, too. */
const READY = 'Cluster reaches Ready state';

const database = (storage = 'size: 1Gi') => `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: db}
spec: {instances: 1, storage: {${storage}}}
`;

const kubectl = (...args: string[]) => kubectlAt(sandbox, ...args);

/** What a client inside the database's own container is answered, as soon as it is answered at all. */
async function asked(namespace: string, sql: string): Promise<string> {
  for (const end = Date.now() + 110_000; Date.now() < end; await new Promise((r) => setTimeout(r, 200))) {
    const pod = await kubectl('-n', namespace, 'get', 'pods', '-l', 'cnpg.io/podRole=instance', '-o', 'name');
    if (pod === '') continue;
    const psql = ['exec', pod, '-c', 'postgres', '--', 'psql', '-v', 'ON_ERROR_STOP=1', '-Atqc', sql];
    const answer = await kubectl('-n', namespace, ...psql).catch(() => undefined);
    if (answer !== undefined) return answer;
  }
  return 'nobody answered';
}

const NEEDS = { file: 'cnpg', commands: ['debootstrap', 'iptables', 'go'], operators: ['cnpg'] } as const;

onKubelet('the CloudNativePG operator on a kubelet', NEEDS, () => {
  test('a Cluster passes with a PostgreSQL that answers, and nothing of it stays, its claim included', async () => {
    let answer = '';
    const shot = await shootAt({
      spec: database(),
      criterion: READY,
      timeout: '120s',
      meanwhile: async (namespace) => {
        answer = await asked(
          namespace,
          "create table seen (what text); insert into seen values ('written and read'); select what from seen; drop table seen",
        );
      },
    });
    expect(shot, shot.text).toMatchObject({ status: 'PASS', cleanup: { verified: true } });
    expect(answer).toBe('written and read');
    const kinds = shot.body.objects.map((one: { kind: string }) => one.kind);
    expect(kinds).toEqual(expect.arrayContaining(['Cluster', 'Pod', 'PersistentVolumeClaim', 'Service']));
    const [root] = shot.body.objects;
    expect(root.status).toMatchObject({ phase: 'Cluster in healthy state', readyInstances: 1 });
    expect(root.status.image).toMatch(/postgresql:1\d\.\d+$/);
    expect(JSON.stringify(shot.body.logs)).toContain('database system is ready to accept connections');
    expect(shot.more).toEqual([]);
    expect([...shot.deployment.blockers.values()]).toEqual([]);
  }, 200_000);

  test.each([
    ['a class that is not there', 'size: 1Gi, storageClass: none-such'],
    ['a size that no disk here has', 'size: 900Ti'],
  ])(
    'a claim of %s is Storage, and is gone afterwards',
    async (_, storage) => {
      const shot = await shootAt({ spec: database(storage), criterion: READY, timeout: '120s' });
      expect(shot, shot.text).toMatchObject({
        status: 'FAIL',
        failure: { type: 'Storage' },
        cleanup: { verified: true },
      });
      expect(shot.more).toEqual([]);
      expect(Number(Object(shot).duration_ms), shot.text).toBeLessThan(90_000);
    },
    200_000,
  );

  describe('a Cluster with rows in it that was there before the plan', () => liveDatabase(database, asked));

  describe('when the operator does not do its work', () => {
    const deployment = ['-n', 'cnpg-system', 'deployment/cnpg-controller-manager'];
    /** The API server may keep a connection to the operator's last Pod for a while: its webhook is asked until it answers. */
    const rolled = async () => {
      await kubectl('rollout', 'status', ...deployment, '--timeout=120s');
      const file = join(sandbox.dir, 'asks.yaml');
      writeFileSync(file, database());
      let said = '';
      for (const end = Date.now() + 90_000; !said.includes('created (server dry run)'); ) {
        if (Date.now() > end) throw new Error(`the webhook does not answer: ${said}`);
        said = await kubectl('create', '--dry-run=server', '-f', file).catch(String);
      }
    };
    let image = '';

    beforeAll(async () => {
      image = await kubectl('get', ...deployment, '-o', 'jsonpath={.spec.template.spec.containers[0].image}');
    });

    afterAll(async () => {
      await kubectl('set', 'image', ...deployment, `manager=${image}`);
      await kubectl('scale', ...deployment, '--replicas=1');
      await rolled();
    }, 150_000);

    test('an image without the program under its architecture: Missing, with the line of its log that says so', async () => {
      const program = readFileSync(join(await operatorProgram(() => undefined), 'cnpg-manager'));
      const files = { manager: { content: program, mode: 0o755 } };
      await pushImage(sandbox.registry ?? '', 'cloudnative-pg:mute', { files, user: '65532:65532' });
      await kubectl('set', 'image', ...deployment, `manager=${sandbox.registry}/cloudnative-pg:mute`);
      await rolled();
      const shot = await shootAt({ spec: database(), criterion: READY, timeout: '60s' });
      expect(shot, shot.text).toMatchObject({ status: 'FAIL', failure: { type: 'Missing', reason: 'NoStatus' } });
      expect(shot.text).toMatch(/invalid architecture: a\w+64/);
      expect(Number(Object(shot).duration_ms)).toBeLessThan(50_000);
      expect(shot.more).toEqual([]);
    }, 300_000);

    test('no operator at all: Admission, because its webhook is asked first, by its name', async () => {
      await kubectl('scale', ...deployment, '--replicas=0');
      await kubectl('wait', '-n', 'cnpg-system', 'pods', '--all', '--for=delete', '--timeout=60s');
      const shot = await shootAt({ spec: database(), criterion: READY, timeout: '60s' });
      expect(shot, shot.text).toMatchObject({ status: 'FAIL', failure: { type: 'Admission' } });
      expect(shot.text).toMatch(/\bmcluster\.cnpg\.io\b/);
      expect(shot.more).toEqual([]);
    }, 200_000);
  });
});
