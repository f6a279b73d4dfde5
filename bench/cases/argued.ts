/** States of Argo CD's tests that we call ready where it does not, with the reason. */
export const ARGUED: ReadonlyMap<string, string> = new Map([
  [
    'apiextensions.k8s.io/CustomResourceDefinition/testdata/crd-v1-non-structual-degraded.yaml',
    'Established: its resources are served; a schema that is not structural (v1beta1) only turns off pruning and defaults',
  ],
  [
    'core.spinkube.dev/SpinApp/testdata/progressing.yaml',
    'Progressing=True with the reason NewReplicaSetAvailable is where a finished rollout rests (the Deployment controller writes it so)',
  ],
  ...['InterStepBufferService', 'MonoVertex', 'Pipeline'].map(
    (kind) =>
      [
        `numaflow.numaproj.io/${kind}/testdata/degraded-progressive.yaml`,
        "Argo CD reads a label by which Numaplane marks one of two versions; the object's own conditions are all positive",
      ] as const,
  ),
]);
