// Storage for real containers: a StorageClass, and volumes that are folders of the sandbox, made beforehand because no
// provisioner runs here. They go with the sandbox.

import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Api, apply, call, get, until } from './api.ts';

/** Enough for a story and some experiments; each is used once. */
const COUNT = 24;
const SIZE = '10Gi';
const VOLUMES = '/api/v1/persistentvolumes';

/** Marked as the default, as most clusters have one. */
const CLASS = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'kubernetes.io/no-provisioner',
  volumeBindingMode: 'WaitForFirstConsumer',
};

/** Safe to repeat: what a claim has let go of is made anew, empty. */
export async function provideStorage(api: Api, folder: string): Promise<void> {
  await apply(api, `/apis/storage.k8s.io/v1/storageclasses/${CLASS.metadata.name}`, CLASS);
  const names = Array.from({ length: COUNT }, (_, i) => `volume-${String(i + 1).padStart(2, '0')}`);
  await Promise.all(names.map((name) => provideVolume(api, name, join(folder, 'volumes', name))));
}

async function provideVolume(api: Api, name: string, path: string): Promise<void> {
  const there = (await get(api, `${VOLUMES}/${name}`)) as { status?: { phase?: string } } | undefined;
  if (there?.status?.phase === 'Released' || there?.status?.phase === 'Failed') {
    await call(api, `${VOLUMES}/${name}`, { method: 'DELETE' });
    await until(async () => (await call(api, `${VOLUMES}/${name}`)).status === 404, 30_000);
    rmSync(path, { recursive: true, force: true });
  } else if (there !== undefined) return;
  mkdirSync(path, { recursive: true });
  // Whatever user a container runs as: the kubelet doesn't change the owner of a hostPath.
  chmodSync(path, 0o777);
  await apply(api, `${VOLUMES}/${name}`, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      storageClassName: CLASS.metadata.name,
      capacity: { storage: SIZE },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path, type: 'Directory' },
    },
  });
}
