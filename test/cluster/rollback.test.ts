import { beforeEach, describe, expect, test } from 'vitest';
import { configMap, proven } from '../support/story.ts';
import { applied, approved, gatePasses, type PhaseText, planText } from './support/phases.ts';
import { image, kubectl, setTheStage, stage } from './support/stage.ts';

setTheStage('rollback', { crds: ['cert-manager'] });

const theirs = (name: string, value = 'theirs') => `apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}, labels: { app: shop } }
data: { key: "${value}" }
`;
const statefulSet = `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  replicas: 1
  persistentVolumeClaimRetentionPolicy: { whenScaled: Delete, whenDeleted: Delete }
  selector: { matchLabels: { app: db } }
  serviceName: db
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: main, image: busybox, volumeMounts: [{ name: data, mountPath: /data }] }] }
  volumeClaimTemplates:
    - metadata: { name: data, labels: { app: db } }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } } }
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
    stage.write('manifests/settings.yaml', theirs('settings'));
    stage.write('back.sh', '#!/bin/sh\nset -e\n# the way back\nkubectl delete configmap settings\n');
    stage.write('scripts/back.sh', '#!/usr/bin/env bash\nif true; then\n  kubectl delete cm other --wait=false\nfi\n');
    stage.write('back.py', 'import subprocess\nsubprocess.run(["kubectl", "delete", "cm", "settings"], check=True)\n');
    stage.write(
      'Makefile',
      'deploy:\n\tkubectl apply -f settings.yaml\nundeploy: check\n\t@kubectl delete -f settings.yaml\ncheck:\n\ttrue\n',
    );
    stage.write('db.yaml', statefulSet);
    kubectl(['create', '-f', '-'], statefulSet);
    await expect.poll(() => kubectl(['get', 'pvc', '-o', 'name']), { timeout: 30_000 }).toContain('data-db-0');
    const wrong: string[] = [];
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
      ['sh back.sh', 'ConfigMap/settings'],
      ['bash ./scripts/back.sh prod', 'ConfigMap/other'],
      ["sh -c 'kubectl delete cm settings'", 'ConfigMap/settings'],
      ['make undeploy', 'ConfigMap/settings'],
      ['kubectl delete cm --all', 'ConfigMap/other'],
      ['kubectl delete cm --all --wait=false --cascade=orphan', 'ConfigMap/other'],
      ['kubectl delete all,cm -l app=shop', 'ConfigMap/other'],
      ['kubectl kustomize overlay | kubectl delete -f -', 'ConfigMap/settings'],
      ['kustomize build overlay | kubectl delete -f -', 'ConfigMap/settings'],
      ['echo settings | xargs kubectl delete cm', 'only known when it runs'],
      ['kubectl delete cm $(kubectl get cm -o name)', 'only known when it runs'],
      ['for c in settings other; do kubectl delete cm $c; done', 'only known when it runs'],
      [`kubectl delete project ${stage.namespace}`, `Namespace/${stage.namespace}`],
      ['kubectl delete crd certificates.cert-manager.io', 'CustomResourceDefinition/certificates.cert-manager.io'],
      ['timeout 30 kubectl delete cm settings', 'ConfigMap/settings'],
      ['kubectl apply --prune --all -f settings.yaml', 'apply --prune'],
      ['kubectl apply --prune --applyset=cm/x -f settings.yaml', 'apply --prune'],
      ['kubectl delete --raw /api/v1/namespaces/x/configmaps/settings', 'by a path of the API'],
      ['kubectl delete secret sh.helm.release.v1.web.v1', 'Secret/sh.helm.release.v1.web.v1'],
      ['kubectl scale statefulset/db --replicas=0', 'PersistentVolumeClaim/data-db-0'],
      ['kubectl scale --replicas=0 -f db.yaml', 'PersistentVolumeClaim/data-db-0'],
      ['kubectl delete statefulset db', 'StatefulSet/db'],
      ['kubectl delete pvc data-db-0', 'PersistentVolumeClaim/data-db-0'],
      ['kubectl delete pvc -l app=db', 'PersistentVolumeClaim/data-db-0'],
      ['helm uninstall web --no-hooks --keep-history', 'Release/web'],
      ['helm delete web', 'Release/web'],
      ['helm uninstall $(helm list -q)', 'only known when it runs'],
      [`kubectl delete -n ${stage.namespace} -Rf manifests`, 'ConfigMap/settings'],
      ["kubectl patch ns/x --type=merge -p '{}' ; kubectl delete cm settings", 'ConfigMap/settings'],
      ['kubectl get cm settings -o yaml | kubectl delete -f -', 'only known when it runs'],
      ['kubectl create cm settings --dry-run=client -o yaml | kubectl replace --force -f -', 'only known when it runs'],
      ['python3 -c \'import os; os.system("kubectl delete cm settings")\'', 'kubectl delete cm settings'],
      ['python3 back.py', 'kubectl delete cm settings'],
      ['find manifests -name "*.yaml" -exec kubectl delete -f {} \\;', 'only known when it runs'],
      ['ls manifests/*.yaml | xargs -n1 kubectl delete -f', 'only known when it runs'],
      ['kubectl delete -f manifests/*.yaml', 'only known when it runs'],
      ['kubectl delete cm --field-selector=metadata.name=settings', 'a field selector names no object'],
    ] as const) {
      const rollback = [command, 'undo'];
      const submitted = await agent.call('submit-plan', {
        plan: planText(stage, [phase({ files: { 'settings.yaml': theirs('settings') }, rollback })]),
      });
      const problems = submitted.value.problems as { path: string; severity: string; message: string }[];
      const found = problems.find((p) => p.path === 'phases[0].rollback[0]' && p.message.includes('"undo"'));
      if (found?.message.includes(what) !== true) wrong.push(`${command}\n${submitted.text}`);
    }
    expect(wrong).toEqual([]);
  });

  test('and that a command of the rollback changes is named in the plan, as its dry run says; one it refuses is an error', async () => {
    const agent = await stage.agent({ approve: 'approve' });
    await proven(agent, stage, image);
    const submitted = async (command: string) => {
      const files = { 'extra.yaml': configMap('extra') };
      const plan = planText(stage, [
        phase({ files, criteria: ['ConfigMap/extra: create'], rollback: [command, 'undo'] }),
      ]);
      const { value } = await agent.call('submit-plan', { plan });
      const problems = value.problems as { path: string; severity: string; message: string }[];
      return problems.flatMap((p) => (p.path === 'phases[0].rollback[0]' ? [`${p.severity} ${p.message}`] : []));
    };
    expect(await submitted('kubectl label configmap other tier=old')).toEqual([
      expect.stringMatching(/^note .* changes ConfigMap\/other, which existed before this plan/),
    ]);
    expect(await submitted('kubectl label configmap other tier=old --overwrit')).toEqual([
      expect.stringMatching(/^error kubectl's own dry run .* unknown flag/),
    ]);
    expect(await submitted('kubectl label configmap other app=old')).toEqual([
      expect.stringMatching(/^note kubectl's own dry run .* fails now: .*--overwrite/),
    ]);
    expect(kubectl(['get', 'configmap', 'other', '-o', 'jsonpath={.metadata.labels}'])).toBe('{"app":"shop"}');
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
    stage.write('back.sh', 'kubectl "$(echo delete)" configmap settings other\n');
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
    const tried = 'by its dry run: deletes ConfigMap/settings';
    const shown = await agent.call('rollback-phase', { phase_number: 1 });
    expect(shown.text).toContain(`kubectl delete -f settings.yaml --ignore-not-found (${tried})`);
    const back = await agent.call('rollback-phase', { phase_number: 1, execute: true });
    expect(back.value, back.text).toMatchObject({ status: 'ROLLED_BACK', removed: ['ConfigMap/settings'] });
  });

  test('is lost with a key that a controller wrote beside it, where a command deletes that', async () => {
    const agent = await stage.agent({ approve: 'approve' });
    await proven(agent, stage, image);
    const files = { 'settings.yaml': configMap('settings') };
    const command = 'kubectl create secret generic account-key --from-file=settings.yaml';
    const rollback = ['kubectl delete secret account-key', 'undo'];
    await approved(agent, planText(stage, [phase({ files, commands: [command], rollback })]));
    await applied(agent, 1);
    const shown = await agent.call('rollback-phase', { phase_number: 1 });
    expect(shown.text).toContain('LOST FOR GOOD: Secret/account-key: what is in it, which this plan did not write');
    expect(await agent.refused('rollback-phase', { phase_number: 1, execute: true })).toBe('PERSON_NEEDED');
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
