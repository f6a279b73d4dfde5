import type { Agent, Scene } from '../../test/support/scene.ts';
import { type Knowledge, type Walked, type World, walk } from './walk.ts';
import { worked } from './worked.ts';

/** Deployments that an agent completes by following `next`, on a real API server with simulated nodes. */
export type Story = {
  readonly name: string;
  readonly most: { readonly calls: number; readonly tokens: number };
  run(place: Place): Promise<Walked>;
};

export type Place = {
  readonly scene: Scene;
  readonly agent: Agent;
  /** `REGISTRY/busybox:1`; `:2` is there, too. */
  readonly image: string;
  readonly registry: string;
  readonly kubeconfig: string;
  kubectl(args: readonly string[], stdin?: string): string;
  /** What happens between the next question for a person and its answer. */
  readonly atApproval: { next?: (() => void) | undefined };
  /** The deployment that was completed last here. */
  readonly done: { id?: string };
};

const configMap = (name: string, value: string) => `apiVersion: v1
kind: ConfigMap
metadata: { name: ${name} }
data: { LEVEL: "${value}" }
`;

/** As `helm template web ./web` renders it. */
const LABELS = '{ app.kubernetes.io/name: web, app.kubernetes.io/managed-by: Helm, helm.sh/chart: web-1.2.3 }';

const deployment = (image: string, replicas: number, labels = '{}') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: ${labels} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers: [{ name: main, image: "${image}", command: [sleep, "3600"], envFrom: [{ configMapRef: { name: settings } }] }]
`;

const retro = () => ({
  went_well: ['the bullet proved the image before anything was applied'],
  learnings: [
    {
      title: 'busybox sleeps',
      situation: 'a container that only sleeps',
      advice: 'scale it freely',
      tags: ['busybox'],
    },
  ],
});

const plan = (scene: Scene) => ({
  component: 'web',
  target: scene.namespace,
  phases: [
    {
      name: 'settings',
      resources: ['settings.yaml'],
      validation_commands: ['kubectl get configmap settings'],
      success_criteria: ['ConfigMap/settings: create'],
      rollback: ['undo'],
    },
    {
      name: 'web',
      resources: ['web.yaml'],
      validation_commands: ['kubectl rollout status deployment/web --timeout=20s'],
      success_criteria: ['Deployment/web: reaches Ready state'],
      rollback: ['undo'],
      timeout: '20s',
    },
  ],
  validation: {
    static: ['kubectl get deployment web'],
    health: { none: 'it answers no HTTP' },
    functional: ['kubectl rollout status deployment/web --timeout=60s'],
  },
  risks: [{ risk: 'the image is gone', mitigation: 'it is in our registry' }],
  rollback_strategy: 'undo the phases in reverse order',
  estimated_minutes: 5,
});

/** What the author of a first deployment knows. */
function author({ scene, image }: Place, replicas = 1, labels = '{}'): Knowledge {
  scene.write('settings.yaml', configMap('settings', 'info'));
  scene.write('web.yaml', deployment(image, replicas, labels));
  return {
    'record-research': () => ({
      findings:
        'A busybox that sleeps, with its settings in a ConfigMap; one container, nothing is stored, no ingress.',
      no_outside_sources: 'it is our own',
      assumed_apis: ['apps/v1/Deployment', 'v1/ConfigMap', 'v1/Pod'],
      planned_images: [image],
      critical_assumptions: [{ assumption: 'busybox runs here', impact: 'nothing to deploy', about: [image] }],
    }),
    'submit-plan': () => ({ plan: plan(scene) }),
    'record-retro': retro,
  };
}

const begin = ({ scene }: Place) => ({
  tool: 'start-deployment',
  arguments: { component: 'web', namespace: scene.namespace, create_namespace: true, complexity: 'simple' },
});

const first = (place: Place, labels?: string) =>
  walk(place.agent, place.scene.workspace, begin(place), author(place, 1, labels));

const like = (
  place: Place,
  id: string,
  change: Record<string, unknown>,
  known: Knowledge = {},
  afterFailure: World['afterFailure'] = {},
) =>
  walk(
    place.agent,
    place.scene.workspace,
    { tool: 'start-deployment', arguments: { like: id, change } },
    { 'record-retro': retro, ...known },
    { afterFailure },
  );

/** Each list is told in one namespace, in this order: a change is of what was deployed before it. */
export const STORIES: readonly (readonly Story[])[] = [
  [
    { name: 'a first deployment of two phases', most: { calls: 20, tokens: 5_000 }, run: (place) => first(place) },
    {
      name: 'an upgrade of it',
      most: { calls: 14, tokens: 5_000 },
      run: async (place) => {
        const id = place.done.id ?? '';
        return like(place, id, { images: { [place.image]: place.image.replace(/:1$/, ':2') } });
      },
    },
    {
      name: 'a failed upgrade with rollback',
      most: { calls: 24, tokens: 8_000 },
      run: async (place) => {
        const id = place.done.id ?? '';
        // Somebody limits the namespace after the approval, so that two of the three Pods are never made.
        place.atApproval.next = () => place.kubectl(['create', 'quota', 'team', '--hard=pods=1']);
        const back = () => ({ tool: 'rollback-phase', arguments: { phase_number: 1, execute: true } });
        const again = () => {
          place.kubectl(['delete', 'quota', 'team']);
          author(place, 3);
          return { plan: plan(place.scene) };
        };
        return like(place, id, { replicas: { 'Deployment/web': 3 } }, { 'submit-plan': again }, { 'phase-gate': back });
      },
    },
  ],
  [
    {
      name: 'a chart, rendered',
      most: { calls: 20, tokens: 5_000 },
      run: (place) => first(place, LABELS),
    },
  ],
  [worked],
];
