import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Agent } from '../support/scene.ts';
import { configMap, proven } from '../support/story.ts';
import { applied, approved, deployment, gatePasses, type PhaseText, planText } from './support/phases.ts';
import { image, kubectl, sandbox, setTheStage, stage } from './support/stage.ts';

/** rollback-test {rehearse: true}: the way back taken for real in a copy, on a real API server. */
setTheStage('rehearsal');

const VALUE = 'correct-horse-battery-staple';

const web = (secret: string) =>
  deployment('web', image).replace(
    'command: [sleep, "3600"]',
    `command: [sleep, "3600"]\n          env: [{ name: PASSWORD, valueFrom: { secretKeyRef: { name: ${secret}, key: password } } }]`,
  );
const service = `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;
const ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec: { rules: [{ host: shop.example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }] }
`;

/** A Secret that belongs to another object, as operators make them. */
function secretOf(name: string, owner: { apiVersion: string; kind: string; name: string }): string {
  const uid = kubectl(['get', owner.kind, owner.name, '-o', 'jsonpath={.metadata.uid}']);
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, ownerReferences: [{ ...owner, uid }] },
    stringData: { host: `db.${stage.namespace}` },
  });
}

const ADDRESS = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } });

function allowed(): void {
  mkdirSync(stage.home, { recursive: true, mode: 0o700 });
  writeFileSync(join(stage.home, 'policy.yaml'), 'rehearsal_namespaces: true\n');
}

/** Everything applied and every gate passed up to Stage V. */
async function deployed(
  phases: readonly PhaseText[],
  meanwhile = (_phase: number) => {},
  more: { assumed_apis?: string[]; configuration_requirements?: string[] } = {},
): Promise<Agent> {
  const agent = await stage.agent({ approve: 'approve' });
  await proven(agent, stage, image);
  const assumed_apis = ['v1/Service', 'networking.k8s.io/v1/Ingress'];
  await agent.call('cluster-reality-check', { assumed_apis, ...more });
  await approved(agent, planText(stage, phases));
  for (const [index] of phases.entries()) {
    await applied(agent, index + 1);
    meanwhile(index + 1);
    await gatePasses(agent, index + 1);
  }
  return agent;
}

const copies = (): string[] =>
  kubectl(['get', 'namespaces', '-l', 'purpose=rehearsal', '-o', 'name'])
    .split('\n')
    .filter((name) => name.includes(stage.namespace.slice(0, 30)));

/** What the objects are and say, by the API server; not what passes by (status, resourceVersion). */
function stateOf(): unknown {
  const { items } = JSON.parse(kubectl(['get', 'configmap,secret,deployment,service,ingress', '-o', 'json']));
  return items.map(({ metadata, spec, data }: { metadata: Record<string, unknown>; spec: unknown; data: unknown }) => {
    const { uid, generation, name } = metadata;
    return { uid, generation, name, spec, data };
  });
}

/** Every byte that infragate has kept. */
const kept = (): string =>
  readdirSync(stage.home)
    .filter((name) => name.startsWith('ledger'))
    .map((name) => readFileSync(join(stage.home, name), 'latin1'))
    .join('');

describe('a rehearsed rollback', () => {
  test('passes where it takes everything back: copied, rolled back, gone, and the original untouched', async () => {
    allowed();
    kubectl(['create', 'namespace', stage.namespace]);
    kubectl(['create', 'secret', 'generic', 'login', `--from-literal=password=${VALUE}`]);
    kubectl(['create', '-f', '-'], configMap('shared', 'as it was'));
    const phases = [
      { files: { 'settings.yaml': configMap('settings') }, criteria: ['ConfigMap/settings: create'] },
      {
        files: {
          'web.yaml': web('login').replace(/\n( +)env:/, '\n$1envFrom: [{ secretRef: { name: made } }]$&'),
          'service.yaml': service,
          'ingress.yaml': ingress,
          'door.yaml': deployment('door', image).replace(
            /\n( +)command:/,
            '\n$1envFrom: [{ secretRef: { name: door } }]$&',
          ),
          'shared.yaml': configMap('shared', 'changed'),
        },
        more: { take_over: [{ object: 'ConfigMap/shared', managers: ['kubectl-create'], fields: ['.data'] }] },
        rollback: [
          'kubectl delete -f web.yaml --ignore-not-found',
          `kubectl -n ${stage.namespace} delete service web --ignore-not-found`,
          'undo',
        ],
        criteria: ['Deployment/web: reaches Ready state'],
      },
    ];
    // There is no ingress controller here, and no operator: what they would write is written by the test.
    const agent = await deployed(phases, (phase) => {
      if (phase === 1)
        kubectl(['create', '-f', '-'], secretOf('made', { apiVersion: 'v1', kind: 'ConfigMap', name: 'settings' }));
      if (phase !== 2) return;
      kubectl(['patch', 'ingress/web', '--subresource=status', '--type=merge', '-p', ADDRESS]);
      kubectl(
        ['create', '-f', '-'],
        secretOf('door', { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'web' }),
      );
    });
    const before = stateOf();
    const { value, text } = await agent.call('rollback-test', { rehearse: true });
    expect(value.status, text).toBe('PASS');
    const rehearsal = Object(value.rehearsal);
    expect(rehearsal).toMatchObject({
      reason: 'RehearsedForReal',
      // Not Secret/made: whoever makes it for ConfigMap/settings makes another one for the copy's.
      borrowed: ['Secret/login', 'ServiceAccount/default'],
      restored: ['ConfigMap/shared'],
      wrong: [],
      incomplete: [],
    });
    expect(rehearsal.removed.toSorted()).toEqual(['Deployment/web', 'Service/web']);
    expect(rehearsal.commands).toEqual([
      expect.objectContaining({ command: 'kubectl delete -f web.yaml --ignore-not-found', exit_code: 0 }),
    ]);
    expect(value.unrehearsable).toEqual([
      { object: 'Ingress/web', why: expect.stringContaining('shop.example.com') },
      { object: 'Deployment/door', why: 'it needs Secret/door, which belongs to Ingress/web, which is not copied' },
      {
        command: expect.stringContaining(`-n ${stage.namespace}`),
        why: expect.stringContaining('names the namespace'),
      },
    ]);
    expect(copies()).toEqual([]);
    expect(stateOf()).toEqual(before);
    expect(kept()).not.toContain(VALUE);
    expect(kept()).not.toContain(Buffer.from(VALUE).toString('base64'));

    const writes = writesByUs(String(rehearsal.namespace));
    expect(writes).toContain(`create namespaces/${rehearsal.namespace}`);
    expect(writes).toContain('create secrets/login');
    expect(writes).toContain(`delete namespaces/${rehearsal.namespace}`);
    expect(Object(value.gate).open).not.toContain('rollback-tested');
  });

  /** What the API server's own log says that was written in a namespace, or to it. */
  function writesByUs(namespace: string): string[] {
    type Line = {
      verb: string;
      userAgent?: string;
      requestURI: string;
      objectRef?: { resource?: string; name?: string; namespace?: string };
    };
    return readFileSync(sandbox.audit_log, 'utf8')
      .split('\n')
      .filter((line) => line.includes(namespace))
      .map((line): Line => JSON.parse(line))
      .filter((line) => line.userAgent === 'infragate' && !line.requestURI.includes('dryRun'))
      .filter((line) => ['create', 'patch', 'update', 'delete'].includes(line.verb))
      .map((line) => `${line.verb} ${line.objectRef?.resource}/${line.objectRef?.name}`);
  }

  test('fails where a command of the rollback leaves something behind, and a dry run does not talk it away', async () => {
    allowed();
    const agent = await deployed([
      {
        files: { 'settings.yaml': configMap('settings') },
        rollback: ['kubectl create configmap forgotten', 'undo'],
        criteria: ['ConfigMap/settings: create'],
      },
    ]);
    const dry = await agent.call('rollback-test');
    expect(dry.value.status, dry.text).toBe('PASS');
    const real = await agent.call('rollback-test', { rehearse: true });
    expect(real.value.status, real.text).toBe('FAIL');
    expect(real.text).toContain('leaves behind: ConfigMap/forgotten');
    expect(copies()).toEqual([]);
    const again = await agent.call('rollback-test');
    expect(Object(again.value.gate).open, again.text).toContain('rollback-tested');
    expect(again.text).toContain('rehearse=true');
    expect(kubectl(['get', 'configmap', '-o', 'name'])).not.toContain('forgotten');
  });

  test('fails where it takes away what an earlier phase brought', async () => {
    allowed();
    const agent = await deployed([
      { files: { 'settings.yaml': configMap('settings') }, criteria: ['ConfigMap/settings: create'] },
      {
        files: { 'more.yaml': configMap('more') },
        rollback: ['kubectl delete configmap more settings'],
        criteria: ['ConfigMap/more: create'],
      },
    ]);
    const { value, text } = await agent.call('rollback-test', { rehearse: true });
    expect(value.status, text).toBe('FAIL');
    expect(text).toContain('takes away what was there before the phase: ConfigMap/settings');
    kubectl(['get', 'configmap', 'settings', 'more']);
  });

  test('is no proof where the copy is not what is deployed, and says why it is not', async () => {
    allowed();
    const { items } = JSON.parse(kubectl(['get', 'nodes', '-o', 'json']));
    const free = Math.min(
      ...items.map((node: { status: { allocatable: { cpu: string } } }) => Number(node.status.allocatable.cpu)),
    );
    expect(free).toBeGreaterThan(1);
    const most = `\n          resources: { requests: { cpu: "${Math.ceil(free * 0.6)}" } }`;
    const agent = await deployed([
      {
        files: { 'web.yaml': deployment('web', image, items.length).replace(/\n +command:/, `${most}$&`) },
        criteria: ['Deployment/web: reaches Ready state'],
        more: { timeout: '20s' },
      },
    ]);
    const { value, text } = await agent.call('rollback-test', { rehearse: true });
    expect(value.status, text).toBe('UNKNOWN');
    expect(text).toMatch(/the copy was not what is deployed: Deployment\/web: Unschedulable: .*Insufficient cpu/);
    expect(copies()).toEqual([]);
  });

  test('fails where a volume stays that could not be foreseen, and says what keeps it', async () => {
    allowed();
    kubectl(['create', 'namespace', stage.namespace]);
    const names = [0, 1].map((n) => `${stage.namespace}-${n}`);
    const object = (kind: string, name: string, more: object) => JSON.stringify({ kind, metadata: { name }, ...more });
    // The class says Delete, as most do; the volumes that are there for it say Retain.
    const storageClass = { apiVersion: 'storage.k8s.io/v1', provisioner: 'example.com/disks', reclaimPolicy: 'Delete' };
    kubectl(['create', '-f', '-'], object('StorageClass', stage.namespace, storageClass));
    const access = { storageClassName: stage.namespace, accessModes: ['ReadWriteOnce'] };
    for (const name of names) {
      const spec = {
        ...access,
        capacity: { storage: '1Gi' },
        hostPath: { path: `/${name}` },
        persistentVolumeReclaimPolicy: 'Retain',
      };
      kubectl(['create', '-f', '-'], object('PersistentVolume', name, { apiVersion: 'v1', spec }));
    }
    try {
      const claim = { apiVersion: 'v1', spec: { ...access, resources: { requests: { storage: '1Gi' } } } };
      const agent = await deployed(
        [
          {
            files: { 'claim.yaml': object('PersistentVolumeClaim', 'data', claim) },
            more: { irreversible: ['PersistentVolumeClaim/data'] },
            rollback: ['undo'],
            criteria: ['PersistentVolumeClaim/data: create'],
          },
        ],
        undefined,
        { assumed_apis: ['v1/PersistentVolumeClaim'], configuration_requirements: [`StorageClass/${stage.namespace}`] },
      );
      const { value, text } = await agent.call('rollback-test', { rehearse: true });
      expect(value.status, text).toBe('FAIL');
      expect(Object(value.rehearsal)).toMatchObject({ reason: 'CopyNotGone' });
      const kept = names.find((name) =>
        text.includes(`volume ${name} keeps what was written to it (reclaim policy Retain)`),
      );
      expect(kept, text).toBeDefined();
      expect(kubectl(['get', 'persistentvolume', kept ?? '', '-o', 'jsonpath={.status.phase}'])).toBe('Released');
      expect(copies()).toEqual([]);
    } finally {
      kubectl(['delete', 'persistentvolume', ...names, '--wait=false']);
      kubectl(['delete', 'storageclass', stage.namespace]);
    }
  });

  test('is refused where the operator has not allowed it, and says who can', async () => {
    const agent = await deployed([
      { files: { 'settings.yaml': configMap('settings') }, criteria: ['ConfigMap/settings: create'] },
    ]);
    const { value, text } = await agent.call('rollback-test', { rehearse: true });
    expect(Object(value.refusal).code).toBe('PERSON_NEEDED');
    expect(text).toContain('rehearsal_namespaces');
    expect(text).toContain('the operator');
    expect(copies()).toEqual([]);
    expect((await agent.call('rollback-test')).value.status).toBe('PASS');
  });
});

describe('a rehearsal that does not come to its end', () => {
  const slow: PhaseText = {
    files: { 'settings.yaml': configMap('settings') },
    rollback: ['kubectl label configmap settings slow=yes && sleep 60', 'undo'],
    criteria: ['ConfigMap/settings: create'],
  };

  async function underWay(): Promise<Agent> {
    allowed();
    const agent = await deployed([slow]);
    const answer = await agent.call('rollback-test', { rehearse: true, wait: '1s' });
    expect(answer.value.status, answer.text).toBe('RUNNING');
    await expect.poll(copies, { timeout: 20_000 }).toHaveLength(1);
    return agent;
  }

  test('cancelled: its namespace goes, and nothing is concluded', async () => {
    const agent = await underWay();
    await sleep(2000);
    const { value, text } = await agent.call('rollback-test', { rehearse: true, cancel: true });
    expect(value.status, text).toBe('CANCELLED');
    expect(copies()).toEqual([]);
    expect(Object(value.gate).open).toContain('rollback-tested');
  });

  test('killed: the next server on this ledger takes its namespace away', async () => {
    const agent = await underWay();
    process.kill(agent.pid ?? 0, 'SIGKILL');
    const [left] = copies();
    const marks = JSON.parse(kubectl(['get', left ?? '', '-o', 'json'])).metadata;
    expect(marks.labels).toMatchObject({ purpose: 'rehearsal', 'infragate.io/deployment': 'app-1' });
    expect(marks.annotations).toMatchObject({ 'infragate.io/run': expect.stringMatching(/^run-/) });
    expect(Date.parse(marks.annotations['infragate.io/expires'])).toBeGreaterThan(Date.now());
    const next = await stage.agent({ approve: 'approve' });
    await next.call('cluster-reality-check');
    await expect.poll(copies, { timeout: 20_000 }).toEqual([]);
    const status = await next.call('deployment-status', { show: 'timeline' });
    expect(status.text).toContain('lost');
  });
});
