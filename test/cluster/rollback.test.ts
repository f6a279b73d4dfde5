import { beforeEach, describe, expect, test } from 'vitest';
import { configMap, proven } from '../support/story.ts';
import { applied, approved, gatePasses, type PhaseText, planText } from './support/phases.ts';
import { image, kubectl, setTheStage, stage } from './support/stage.ts';

setTheStage('rollback');

const theirs = (name: string, value = 'theirs') => `apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}, labels: { app: shop } }
data: { key: "${value}" }
`;
const uidOf = (name: string) => kubectl(['get', 'configmap', name, '-o', 'jsonpath={.metadata.uid}']);
const phase = (more: PhaseText): PhaseText => ({ criteria: ['ConfigMap/settings: create'], ...more });

describe('what existed before the plan', () => {
  beforeEach(() => {
    kubectl(['create', 'namespace', stage.namespace]);
    kubectl(['apply', '--server-side', '--field-manager=infragate', '-f', '-'], theirs('settings'));
    kubectl(['create', '-f', '-'], theirs('other'));
    const release = `apiVersion: v1
kind: Secret
type: helm.sh/release.v1
metadata: { name: sh.helm.release.v1.web.v1, labels: { owner: helm, name: web, status: deployed, version: "1" } }
`;
    kubectl(['create', '-f', '-'], release);
  });

  test('is deleted by no rollback: each way to do so is an error of the plan that names undo', async () => {
    const agent = await stage.agent({ approve: 'approve' });
    await proven(agent, stage, image);
    stage.write('overlay/kustomization.yaml', 'resources: [settings.yaml]\n');
    stage.write('overlay/settings.yaml', theirs('settings'));
    for (const [command, what] of [
      ['kubectl delete -f settings.yaml --ignore-not-found', 'ConfigMap/settings'],
      ['kubectl delete configmap settings', 'ConfigMap/settings'],
      ['kubectl delete cm/settings', 'ConfigMap/settings'],
      ['kubectl delete configmaps -l app=shop', 'ConfigMap/other, ConfigMap/settings'],
      ['kubectl delete cm other settings', 'ConfigMap/other'],
      ['kubectl delete -k overlay', 'ConfigMap/settings'],
      ['cat settings.yaml | kubectl delete -f -', 'ConfigMap/settings'],
      ['kubectl replace --force -f settings.yaml', 'ConfigMap/settings'],
      ['kubectl apply --prune -l app=shop -f settings.yaml', 'apply --prune'],
      ['kubectl get cm -o name | xargs kubectl delete', 'only known when it runs'],
      [`kubectl delete namespace ${stage.namespace}`, `Namespace/${stage.namespace}`],
      ['kubectl delete configmap settings && helm uninstall web', 'ConfigMap/settings, Release/web'],
    ] as const) {
      const rollback = [command, 'undo'];
      const submitted = await agent.call('submit-plan', {
        plan: planText(stage, [phase({ files: { 'settings.yaml': theirs('settings') }, rollback })]),
      });
      const problems = submitted.value.problems as { path: string; severity: string; message: string }[];
      const found = problems.find((p) => p.path === 'phases[0].rollback[0]' && p.message.includes('"undo"'));
      expect(submitted.value.status, `${command}\n${submitted.text}`).toBe('INVALID');
      expect(found?.message, `${command}\n${submitted.text}`).toContain(what);
    }
  });

  test('is untouched or restored by undo under the UID it had, and the plan, the preview and the answer say so', async () => {
    const agent = await stage.agent({ approve: 'approve' });
    await proven(agent, stage, image);
    const before = [uidOf('settings'), uidOf('other')];
    const takeOver = { object: 'ConfigMap/other', managers: ['kubectl-create'], fields: ['.data.key'] };
    const plan = planText(stage, [
      phase({
        files: {
          'settings.yaml': theirs('settings'),
          'other.yaml': theirs('other', 'ours'),
          'extra.yaml': configMap('extra'),
        },
        more: { take_over: [takeOver] },
      }),
    ]);
    const submitted = await agent.call('submit-plan', { plan });
    for (const line of [
      'phase 1: ConfigMap/settings: untouched',
      'phase 1: ConfigMap/other: restored',
      'phase 1: ConfigMap/extra: removed',
    ])
      expect(submitted.text).toContain(line);
    await approved(agent, plan);
    await applied(agent, 1);
    await gatePasses(agent, 1);
    const shown = await agent.call('rollback-phase', { phase_number: 1 });
    expect(shown.text).toContain('1 removed, 1 restored, 0 recreated (data lost), 1 untouched');
    const back = await agent.call('rollback-phase', { phase_number: 1, execute: true });
    expect(back.value, back.text).toMatchObject({
      status: 'ROLLED_BACK',
      removed: ['ConfigMap/extra'],
      restored: ['ConfigMap/other'],
      untouched: ['ConfigMap/settings'],
      recreated: [],
      lost: [],
    });
    expect([uidOf('settings'), uidOf('other')]).toEqual(before);
    expect(kubectl(['get', 'configmap', 'other', '-o', 'jsonpath={.data.key}'])).toBe('theirs');
  });

  test('and was deleted by a script that nothing could read is a failure: recreated, its data is gone', async () => {
    const agent = await stage.agent({ approve: 'approve' });
    await proven(agent, stage, image);
    stage.write('back.sh', 'kubectl delete configmap settings other\n');
    const files = { 'settings.yaml': theirs('settings'), 'extra.yaml': configMap('extra') };
    await approved(agent, planText(stage, [phase({ files, rollback: ['sh back.sh', 'undo'] })]));
    await applied(agent, 1);
    const before = uidOf('settings');
    const back = await agent.call('rollback-phase', { phase_number: 1, execute: true });
    expect(back.value, back.text).toMatchObject({
      status: 'INCOMPLETE',
      removed: ['ConfigMap/extra'],
      recreated: ['ConfigMap/settings'],
      restored: [],
      lost: [
        expect.stringContaining('ConfigMap/settings: recreated (data lost)'),
        expect.stringContaining('ConfigMap/other'),
      ],
    });
    expect(uidOf('settings')).not.toBe(before);
    expect(back.text).toContain('1 removed, 0 restored, 1 recreated (data lost), 0 untouched');
  });
});

describe('what the plan created', () => {
  const created = async (agent: Awaited<ReturnType<typeof stage.agent>>) => {
    await proven(agent, stage, image);
    const rollback = ['kubectl delete -f settings.yaml --ignore-not-found'];
    const plan = planText(stage, [phase({ files: { 'settings.yaml': configMap('settings') }, rollback })]);
    await approved(agent, plan);
    await applied(agent, 1);
    return plan;
  };

  test('may be deleted by a command of the rollback, also when the plan is submitted again', async () => {
    const agent = await stage.agent({ approve: 'approve' });
    const plan = await created(agent);
    await approved(agent, plan);
    const back = await agent.call('rollback-phase', { phase_number: 1, execute: true });
    expect(back.value, back.text).toMatchObject({ status: 'ROLLED_BACK', removed: ['ConfigMap/settings'] });
  });

  test.each([
    ['a claim with data that it owns', 'the data of PersistentVolumeClaim/data (volume '],
    ['a finalizer of a controller outside the cluster', 'finalizer example.com/bucket'],
  ])('%s is said before the rollback, and a person decides', async (what, sentence) => {
    const agent = await stage.agent({ approve: 'approve' });
    await created(agent);
    const volume = `pv-${stage.namespace}`;
    if (what.startsWith('a claim')) {
      kubectl(['create', '-f', '-'], ownedClaim(volume));
      await expect
        .poll(() => kubectl(['get', 'pvc', 'data', '-o', 'jsonpath={.status.phase}']), { timeout: 30_000 })
        .toBe('Bound');
    } else
      kubectl([
        'patch',
        'configmap',
        'settings',
        '--type=merge',
        '-p',
        '{"metadata":{"finalizers":["example.com/bucket"]}}',
      ]);
    const shown = await agent.call('rollback-phase', { phase_number: 1 });
    expect(shown.text).toContain('LOST FOR GOOD: ConfigMap/settings: ');
    expect(shown.text).toContain(sentence);
    const refused = await agent.call('rollback-phase', { phase_number: 1, execute: true });
    expect(Object(refused.value.refusal).code, refused.text).toBe('PERSON_NEEDED');
    expect(refused.text).toContain(sentence);
    expect(uidOf('settings')).not.toBe('');
    kubectl(['patch', 'configmap', 'settings', '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
    if (what.startsWith('a claim')) kubectl(['delete', 'pv', volume, '--wait=false']);
  });

  const ownedClaim = (volume: string) => `apiVersion: v1
kind: PersistentVolume
metadata: { name: ${volume} }
spec:
  accessModes: [ReadWriteOnce]
  capacity: { storage: 1Mi }
  persistentVolumeReclaimPolicy: Delete
  storageClassName: ""
  hostPath: { path: /tmp/${volume} }
  claimRef: { namespace: ${stage.namespace}, name: data }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  ownerReferences: [{ apiVersion: v1, kind: ConfigMap, name: settings, uid: ${uidOf('settings')} }]
spec: { accessModes: [ReadWriteOnce], storageClassName: "", volumeName: ${volume}, resources: { requests: { storage: 1Mi } } }
`;
});
