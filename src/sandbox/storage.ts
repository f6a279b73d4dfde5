// Storage for real containers: a StorageClass, and the provisioner it names, which makes a volume of a folder of the
// sandbox when a claim asks and deletes it when the claim goes.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Api, apply } from './api.ts';
import { files, type Layout } from './components.ts';

const PROVISIONER = 'sandbox.infragate.dev/hostpath';

/** Marked as the default, as most clusters have one. */
const CLASS = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: PROVISIONER,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
};

const volumes = (folder: string) => join(folder, 'volumes');

export async function provideStorage(api: Api, folder: string): Promise<void> {
  mkdirSync(volumes(folder), { recursive: true });
  await apply(api, `/apis/storage.k8s.io/v1/storageclasses/${CLASS.metadata.name}`, CLASS);
}

export const provisionerArgs = ({ folder }: Layout) => [
  `--kubeconfig=${files.componentKubeconfig(folder, 'storage-provisioner')}`,
  `--name=${PROVISIONER}`,
  `--folder=${volumes(folder)}`,
];
