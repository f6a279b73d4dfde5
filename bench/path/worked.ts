import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../src/cluster/index.ts';
import { simulated } from '../../src/demo/cast/simulated.ts';
import { claims, images, mirrored, type Site, upstream, writeWorkspace } from '../../src/demo/files/index.ts';
import { operatorStandIn } from '../../src/demo/stand-in.ts';
import { FINDINGS } from '../../src/demo/story/research.ts';
import { copyImage } from '../../src/sandbox/images.ts';
import type { Answer } from '../../test/support/scene.ts';
import type { Place, Story } from './stories.ts';
import { type Knowledge, walk } from './walk.ts';

/** The worked example: divergences to adjust, an image that a policy refuses, four phases, and a quota in the way. */
export const worked: Story = {
  name: 'the worked example (Dify, four phases)',
  most: { calls: 45, tokens: 14_000 },
  async run(place) {
    const { scene, agent } = place;
    const site = await prepared(place);
    const connected = await connect({ kubeconfig: place.kubeconfig });
    if (!connected.ok) throw new Error(connected.error.message);
    const operator = operatorStandIn(connected.value, site.namespace);
    try {
      return await walk(agent, scene.workspace, begin(site), author(site, scene.workspace), {
        before: quotaBeforePhase4(place),
        atCommand: (command) => addFiles(command, scene.workspace),
        afterFailure: {
          'phase-gate': () => {
            place.kubectl(['patch', 'quota', 'team', '--type=merge', '-p', '{"spec":{"hard":{"pods":"30"}}}']);
            return { tool: 'phase-gate', arguments: { phase_number: 4 } };
          },
        },
      });
    } finally {
      await operator.stop();
      connected.value.close();
    }
  },
};

/** A workspace under git, images in the registry, and the cluster's policy about where they come from. */
async function prepared({ scene, registry, kubectl }: Place): Promise<Site> {
  const site: Site = { registry, namespace: scene.namespace, cast: simulated };
  await writeWorkspace(scene.workspace, site);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: scene.workspace, stdio: 'pipe' });
  git('init', '--quiet');
  git('config', 'user.name', 'path');
  git('config', 'user.email', 'path@localhost');
  for (const name of images(site))
    for (const folder of ['upstream', 'mirror']) await copyImage(registry, 'busybox:1', `${folder}/${name}`);
  kubectl(['apply', '-f', '-'], policy(site));
  return site;
}

const policy = ({ namespace, registry }: Site): string => `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: standard, annotations: { storageclass.kubernetes.io/is-default-class: "true" } }
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: images-from-the-mirror }
spec:
  matchConstraints: { resourceRules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }] }
  validations:
    - expression: "object.spec.containers.all(c, !c.image.contains('/upstream/dify'))"
      message: "image policy: application images must come from ${registry}/mirror"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: images-from-the-mirror }
spec:
  policyName: images-from-the-mirror
  validationActions: [Deny]
  matchResources: { namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ${namespace} } } }
`;

const begin = ({ namespace }: Site) => ({
  tool: 'start-deployment',
  arguments: { component: 'Dify', namespace, create_namespace: true, complexity: 'simple' },
});

const APIS = [
  'apps/v1/Deployment',
  'v1/Pod',
  'v1/Service',
  'v1/ConfigMap',
  'v1/ServiceAccount',
  'v1/PersistentVolumeClaim',
  'postgresql.cnpg.io/v1/Cluster',
];

/** What the author of the deployment knows: the assumptions, what takes the place of the bind mounts, and the mirror. */
function author(site: Site, workspace: string): Knowledge {
  const critical = (from: (site: Site, name: string) => string) => [
    {
      assumption: 'The operator accepts a v1 Cluster',
      impact: 'no database',
      about: ['postgresql.cnpg.io/v1/Cluster'],
    },
    { assumption: 'Redis runs here', impact: 'no cache', about: [from(site, site.cast.redis)] },
    {
      assumption: 'The application image runs here',
      impact: 'nothing to deploy',
      about: [from(site, site.cast.application)],
    },
  ];
  const first = () => ({
    findings: FINDINGS,
    sources: [{ source: 'upstream/docker-compose.yaml' }],
    assumed_apis: APIS,
    planned_images: images(site).map((name) => upstream(site, name)),
    configuration_requirements: ['can create Deployments', 'Kubernetes >= 1.27'],
    critical_assumptions: critical(upstream),
  });
  const adjusted = (last: Answer) => ({
    adjustments: divergencesIn(last).map((divergence) => ({
      divergence,
      adjustment: 'claims of 1Gi in place of the bind mounts',
      verified_by: { manifests: claims(site) },
    })),
  });
  const fromTheMirror = () => ({
    planned_images: images(site).map((name) => mirrored(site, name)),
    retire: images(site).map((name) => ({
      item: upstream(site, name),
      because: 'the cluster admits images from the mirror only',
      replaced_by: mirrored(site, name),
    })),
  });
  const said: ((last: Answer) => Record<string, unknown>)[] = [first, adjusted, fromTheMirror];
  return {
    'record-research': (_, last) => said.shift()?.(last) ?? {},
    'submit-plan': () => ({ plan: readFileSync(join(workspace, 'plan.yaml'), 'utf8') }),
    'record-retro': () => ({
      went_well: ['the bullets found the image policy before a plan was made'],
      learnings: [
        {
          title: 'Images come from the mirror',
          situation: 'upstream images on a cluster with an image policy',
          advice: 'mirror them first and prove the mirrored reference by a bullet',
          tags: ['image', 'policy'],
        },
      ],
    }),
  };
}

const divergencesIn = ({ value }: Answer): string[] => {
  const found: unknown = value.divergences;
  const all: unknown[] = Array.isArray(found) ? found : [];
  return all.flatMap((one) => {
    const { id, divergence } = Object(one);
    return divergence === 'HIGH' || divergence === 'UNKNOWN' ? [String(id)] : [];
  });
};

/** Each phase's own files: an empty commit is no commit of a phase. */
function addFiles(command: string, cwd: string): void {
  const phase = /phase (\d+)/.exec(command)?.[1];
  if (phase !== undefined) execFileSync('git', ['add', '-A', '--', `manifests/${phase}-*`], { cwd, stdio: 'pipe' });
}

/** Another team's quota, from before the last phase until the gate has failed by it. */
function quotaBeforePhase4({ kubectl }: Place) {
  let there = false;
  return (tool: string, args: Record<string, unknown>) => {
    if (there || tool !== 'apply-phase' || args.phase_number !== 4) return;
    there = true;
    kubectl(['create', 'quota', 'team', '--hard=pods=3']);
  };
}
