// `--crds openshift` makes the API server answer like OpenShift's where clients look for the cluster's version: the
// object ClusterVersion "version". No cluster-version-operator runs here, so the sandbox writes its status itself and
// says so on the object. OpenShift's admission (SCCs, projects, image policy) is not there: only its kinds are.

import { type Api, apply } from './api.ts';

const VERSION = '4.14.38';
const PATH = '/apis/config.openshift.io/v1/clusterversions/version';

export async function createClusterVersion(api: Api): Promise<void> {
  const identity = { apiVersion: 'config.openshift.io/v1', kind: 'ClusterVersion' };
  const since = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  await apply(api, PATH, {
    ...identity,
    metadata: {
      name: 'version',
      labels: { 'infragate.dev/written-by': 'sandbox' },
      annotations: { 'infragate.dev/note': 'Written by the infragate sandbox: no cluster-version-operator runs here.' },
    },
    spec: { clusterID: '00000000-0000-4000-8000-000000000000', channel: 'stable-4.14' },
  });
  const condition = (type: string, status: 'True' | 'False', message: string) => ({
    type,
    status,
    reason: 'WrittenBySandbox',
    message,
    lastTransitionTime: since,
  });
  await apply(api, `${PATH}/status`, {
    ...identity,
    metadata: { name: 'version' },
    status: {
      desired: { version: VERSION, image: '' },
      history: [
        { state: 'Completed', startedTime: since, completionTime: since, version: VERSION, image: '', verified: false },
      ],
      observedGeneration: 1,
      versionHash: 'sandbox',
      availableUpdates: [],
      conditions: [
        condition('Available', 'True', `Done applying ${VERSION}`),
        condition('Progressing', 'False', `Cluster version is ${VERSION}`),
        condition('Failing', 'False', ''),
      ],
    },
  });
}
