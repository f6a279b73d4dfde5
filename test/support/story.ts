import type { Agent, Scene } from './scene.ts';

/** Small pieces of a deployment that several tests begin with: a busybox Pod's worth of research, bullets and plan. */
export const FINDINGS =
  'A single busybox container that sleeps, for the tests of infragate itself. Read in no outside document; one replica.';

export const pod = (image: string, name = 'try'): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  containers:
    - name: main
      image: ${image}
      command: [sleep, "3600"]
`;

export const configMap = (name: string, value = '1'): string => `apiVersion: v1
kind: ConfigMap
metadata: { name: ${name} }
data: { key: "${value}" }
`;

export const ASSUMPTION = 'busybox runs here';

/** A deployment in the scene's namespace with its research written down: this image and these APIs, for one assumption. */
export async function begun(
  agent: Agent,
  scene: Scene,
  its: { apis: readonly string[]; image: string; assumption: string; namespaces?: readonly string[] },
): Promise<void> {
  const { apis, image, assumption, namespaces = [] } = its;
  await agent.call('start-deployment', {
    component: 'app',
    namespace: scene.namespace,
    namespaces,
    create_namespace: true,
    complexity: 'simple',
  });
  await agent.call('record-research', {
    findings: FINDINGS,
    no_outside_sources: 'made up by the tests',
    assumed_apis: apis,
    planned_images: [image],
    critical_assumptions: [{ assumption, impact: 'nothing to deploy', about: [image] }],
  });
}

/** Through Gate R: everything the later stages use is assumed and verified. */
export async function researched(agent: Agent, scene: Scene, image: string, namespaces: string[] = []): Promise<void> {
  const apis = ['v1/Pod', 'v1/ConfigMap', 'apps/v1/Deployment'];
  await begun(agent, scene, { apis, image, assumption: ASSUMPTION, namespaces });
  await agent.call('cluster-reality-check', {});
}

/** Through Gate 0. */
export async function proven(agent: Agent, scene: Scene, image: string, namespaces: string[] = []): Promise<void> {
  await researched(agent, scene, image, namespaces);
  await agent.call('tracer-bullet', {
    assumption: ASSUMPTION,
    minimal_spec: pod(image),
    success_criteria: 'Pod reaches Running state',
    timeout: '60s',
  });
}

/** A plan of n phases, each a ConfigMap of its own. */
export function planOf(scene: Scene, values: readonly string[]): string {
  for (const [i, value] of values.entries()) scene.write(`phase-${i + 1}.yaml`, configMap(`phase-${i + 1}`, value));
  const phases = values.map(
    (_, i) => `phase_${i + 1}:
  name: part ${i + 1}
  resources: [phase-${i + 1}.yaml]
  validation_commands: ["kubectl get configmap phase-${i + 1}"]
  success_criteria: ["ConfigMap/phase-${i + 1}: create"]
  rollback: ["kubectl delete -f phase-${i + 1}.yaml --ignore-not-found"]
`,
  );
  return `component: app
target: ${scene.namespace}
${phases.join('')}validation:
  static: ["test -s phase-1.yaml"]
  health: { none: a ConfigMap has no health }
  functional: ["kubectl get configmap phase-1"]
rollback_strategy: in reverse order
`;
}
