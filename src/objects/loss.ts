import { groupOf, type KubeObject, subjectRef, textAt } from './kube-object.ts';

/** An object that is about to be deleted, with what goes with it. */
export type Going = {
  readonly root: KubeObject;
  /** Everything that it owns, directly or through others: metadata is enough, save for claims, which are whole. */
  readonly owned: readonly KubeObject[];
  /** By name: the volumes that its claims hold. */
  readonly volumes: ReadonlyMap<string, KubeObject>;
  /** Of a Namespace or a CustomResourceDefinition: how many objects are in it, or of it. */
  readonly holds?: number;
};

/** Kubernetes' own finalizers protect, count or order; they stand for nothing outside the cluster. */
const OWN_FINALIZER = /^(foregroundDeletion|orphan|kubernetes|([a-z0-9-]+\.)*(kubernetes|k8s)\.io\/.*)$/;

/** Controllers whose Secrets are copies of what is kept elsewhere: they are written again. */
const COPIES: ReadonlySet<string> = new Set([
  'external-secrets.io',
  'bitnami.com',
  'secrets.hashicorp.com',
  'secrets.infisical.com',
  'isindir.github.com',
]);

/**
 * Pure: what can't be had again once this is deleted, in a sentence each. It is read from what the object owns and what
 * its finalizers stand for, not from a list of kinds, so that an operator's database counts as much as a claim.
 */
export function lossOf({ root, owned, volumes, holds = 0 }: Going): string[] {
  const found: string[] = [];
  if (holds > 0 && (root.kind === 'Namespace' || root.kind === 'Project'))
    found.push(`everything in ${subjectRef(root)} (${holds} objects)`);
  if (holds > 0 && root.kind === 'CustomResourceDefinition')
    found.push(`every object of ${subjectRef(root)} in the cluster (${holds})`);
  for (const object of [root, ...owned]) {
    found.push(...claimLoss(object, volumes), ...externalLoss(object));
    if (object !== root && isKey(root, object))
      found.push(`what is in ${subjectRef(object)}, which its controller made`);
  }
  return [...new Set(found)];
}

/**
 * Nothing is in a claim that no volume was bound to; a volume of Retain outlives its claim; a Pod's own claim is its
 * ephemeral volume, which ends with every Pod.
 */
function claimLoss(object: KubeObject, volumes: Going['volumes']): string[] {
  if (object.kind !== 'PersistentVolumeClaim' || groupOf(object.apiVersion) !== '') return [];
  const volume = textAt(object, 'spec', 'volumeName');
  if (volume === '' || object.metadata.ownerReferences?.some((o) => o.kind === 'Pod') === true) return [];
  const policy = textAt(volumes.get(volume), 'spec', 'persistentVolumeReclaimPolicy');
  return policy === 'Retain' ? [] : [`the data of ${subjectRef(object)} (volume ${volume})`];
}

/** Finalizers of other controllers than Kubernetes' own: each stands for something that they clean up. */
export const foreignFinalizers = ({ metadata }: KubeObject): string[] =>
  (metadata.finalizers ?? []).filter((name) => !OWN_FINALIZER.test(name));

/** Annotations by which a controller is told to leave alone what the object stands for, with the values that say so. */
const LEFT_ALONE: readonly (readonly [annotation: string, values: RegExp])[] = [
  ['services.k8s.aws/deletion-policy', /^retain$/i],
  ['cnrm.cloud.google.com/deletion-policy', /^abandon$/i],
  ['serviceoperator.azure.com/reconcile-policy', /^(skip|detach-on-delete)$/i],
];

/** Crossplane (`deletionPolicy`, `managementPolicies`), ACK, Config Connector and Azure's operator keep it when they are told to. */
function isLeftAlone({ spec, metadata: { annotations = {} } }: KubeObject): boolean {
  const { deletionPolicy, managementPolicies } = Object(spec);
  return (
    deletionPolicy === 'Orphan' ||
    (Array.isArray(managementPolicies) && !managementPolicies.some((p) => p === '*' || p === 'Delete')) ||
    LEFT_ALONE.some(([name, values]) => values.test(String(annotations[name] ?? '')))
  );
}

function externalLoss(object: KubeObject): string[] {
  const foreign = isLeftAlone(object) ? [] : foreignFinalizers(object);
  return foreign.length === 0
    ? []
    : [
        `what ${subjectRef(object)} stands for outside the cluster: its controller deletes it (finalizer ${foreign.join(', ')})`,
      ];
}

/** Passwords, keys and certificates that an operator generated are not generated a second time with the same values. */
export const isKey = (root: KubeObject, object: KubeObject): boolean =>
  object.kind === 'Secret' && groupOf(object.apiVersion) === '' && !COPIES.has(groupOf(root.apiVersion));
