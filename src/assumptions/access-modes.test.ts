import { expect, test } from 'vitest';
import { accessModesOf } from './access-modes.ts';

const volume = (storageClassName: string, mode: string, phase = 'Bound') => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pv' },
  spec: { storageClassName, accessModes: [mode] },
  status: { phase },
});
const profile = {
  apiVersion: 'cdi.kubevirt.io/v1beta1',
  kind: 'StorageProfile',
  metadata: { name: 'odd' },
  status: { claimPropertySets: [{ accessModes: ['ReadWriteMany'] }] },
};

test.each([
  ['efs', 'efs.csi.aws.com', [], [], true],
  ['cephfs', 'openshift-storage.cephfs.csi.ceph.com', [], [], true],
  ['nfs', 'cluster.local/nfs-subdir-external-provisioner', [], [], true],
  ['gp3', 'ebs.csi.aws.com', [], [], false],
  ['rbd', 'openshift-storage.rbd.csi.ceph.com', [], [], false],
  ['local', 'rancher.io/local-path', [], [], false],
  ['odd', 'csi.example.com', [], [], undefined],
  ['odd', 'csi.example.com', [volume('odd', 'ReadWriteMany')], [], true],
  ['odd', 'csi.example.com', [volume('odd', 'ReadWriteMany', 'Failed')], [], undefined],
  ['odd', 'csi.example.com', [volume('odd', 'ReadWriteOnce')], [], undefined],
  ['odd', 'csi.example.com', [volume('other', 'ReadWriteMany')], [], undefined],
  ['odd', 'csi.example.com', [], [profile], true],
])('%s by %s: whether many may write is %s', (name, provisioner, volumes, profiles, expected) => {
  expect(accessModesOf(name, provisioner, volumes, profiles)?.includes('ReadWriteMany')).toBe(expected);
});
