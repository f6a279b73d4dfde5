import type { Cluster, KubeObject } from '../cluster/index.ts';
import type { Site } from './files/index.ts';
import * as print from './print.ts';

export type DemoOptions = {
  readonly nodes: 'kwok' | 'kubelet';
  /** A cluster of the user's own, by its kubeconfig context; a sandbox without. */
  readonly context?: string;
  /** With a context: host/path that the cluster pulls from and this machine may push to. */
  readonly registry?: string;
  readonly yes: boolean;
  readonly keep: boolean;
  /** Whoever sits at the screen decides about the plan, in the browser and with a passkey. */
  readonly console: boolean;
  /** Everything that is answered, not only what the story needs. */
  readonly verbose: boolean;
  /** The demo's own data folder, which stays: what one demo learns is offered to the next. */
  readonly home: string;
};

/** What to take away at the end, in the order it was made. */
export type Undo = (() => Promise<unknown>)[];

/** Where the story is told: a cluster, a registry, and the other people in it. */
export type Stage = {
  readonly site: Site;
  readonly cluster: Cluster;
  /** What the server needs of the environment to reach the cluster. */
  readonly env: Readonly<Record<string, string>>;
  /** A kubectl for the plan's commands, where the path may have none. */
  readonly kubectl?: string;
  /** Is there no operator that would look at a database? */
  readonly standIn: boolean;
  publish(image: string): Promise<unknown>;
  copy(from: string, to: string): Promise<unknown>;
  quota(pods: number): Promise<void>;
  /** What the application itself says once it runs, where something really runs. */
  readonly proof?: () => Promise<readonly string[]>;
};

export async function put(cluster: Cluster, object: KubeObject): Promise<void> {
  const { namespace } = object.metadata;
  const done = await cluster.writer().apply(object, { force: true, ...(namespace === undefined ? {} : { namespace }) });
  if (!done.ok) throw new Error(`${object.kind} ${object.metadata.name}: ${done.error.message}`);
}

/** The cluster's own policy: the application's image comes from the mirror, in the story's namespace. */
export async function imagePolicy(cluster: Cluster, site: Site, name: string, undo: Undo): Promise<void> {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  for (const kind of ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']) {
    undo.push(() => cluster.writer().delete({ apiVersion, kind, name }));
  }
  await put(cluster, {
    apiVersion,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
      validations: [
        {
          expression: "object.spec.containers.all(c, !c.image.contains('/upstream/dify'))",
          message: `image policy: application images must come from ${site.registry}/mirror`,
        },
      ],
    },
  });
  await put(cluster, {
    apiVersion,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: {
      policyName: name,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': site.namespace } } },
    },
  });
  print.say(
    `A ValidatingAdmissionPolicy for the namespace ${site.namespace}: the application's images only from ${site.registry}/mirror, as an OpenShift image policy would.`,
  );
}

/** Another team's quota on the namespace. */
export async function setQuota(cluster: Cluster, site: Site, pods: number): Promise<void> {
  await put(cluster, {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'team-quota', namespace: site.namespace },
    spec: { hard: { pods: String(pods) } },
  });
  print.note(`ResourceQuota team-quota: pods ${pods}`);
}
