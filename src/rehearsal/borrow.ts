import type { Reader } from '../cluster/index.ts';
import { groupOf, type KubeObject, pullSecretsOf, referencesOf, serviceAccountOf } from '../objects/index.ts';

/** What the plan's objects need and do not bring: read from the deployment's namespace, for the copy only. */
export type Borrowed = {
  /** With Secrets' values in them: for the cluster, never for an answer, the ledger or a log. */
  readonly objects: readonly KubeObject[];
  /** `Kind/name` → why it could not be copied. */
  readonly refused: ReadonlyMap<string, string>;
};

const KINDS = ['ServiceAccount', 'Secret', 'ConfigMap'] as const;
type Kind = (typeof KINDS)[number];
const isKind = (kind: string): kind is Kind => KINDS.some((k) => k === kind);

/** `without`: objects of the plan that are not copied. */
export async function borrow(
  reader: Reader,
  move: { readonly from: string; readonly to: string; readonly secrets: readonly string[] },
  objects: readonly KubeObject[],
  without: readonly KubeObject[],
): Promise<Borrowed> {
  const brought = new Set(objects.map((o) => `${o.kind}/${o.metadata.name}`));
  const found = new Map<string, KubeObject>();
  const refused = new Map<string, string>();

  async function take(kind: Kind, name: string): Promise<void> {
    const key = `${kind}/${name}`;
    if (brought.has(key) || found.has(key) || refused.has(key)) return;
    const there = await reader.getIfThere({ apiVersion: 'v1', kind, name, namespace: move.from });
    if (!there.ok) {
      refused.set(key, `can't be read: ${there.error.message}`);
      return;
    }
    // What the original does without, the copy does without.
    if (there.value === undefined) return;
    // What an object of the plan owns is made for it, and leads to it: the copy's makes the copy's own.
    const owner = await ownerAmong([...objects, ...without], there.value, reader);
    if (owner !== undefined && objects.includes(owner)) return;
    const why =
      owner === undefined
        ? tiedTo(there.value)
        : `belongs to ${owner.kind}/${owner.metadata.name}, which is not copied`;
    if (why !== undefined) refused.set(key, why);
    else found.set(key, copyOf(there.value, move.to));
    if (kind === 'ServiceAccount') for (const secret of pullSecretsOf(there.value)) await take('Secret', secret);
  }

  for (const name of move.secrets) await take('Secret', name);
  for (const object of objects) {
    const account = serviceAccountOf(object);
    if (account !== undefined) await take('ServiceAccount', account);
    for (const { kind, name } of referencesOf(object)) if (isKind(kind)) await take(kind, name);
  }
  const order = (object: KubeObject) => (object.kind === 'ServiceAccount' ? 1 : 0);
  return { objects: [...found.values()].sort((a, b) => order(a) - order(b)), refused };
}

const HIGHEST = 5;

/** The one of these that owns it, or that owns its owner. */
async function ownerAmong(
  objects: readonly KubeObject[],
  object: KubeObject,
  reader: Reader,
  height = HIGHEST,
): Promise<KubeObject | undefined> {
  const { ownerReferences = [], namespace } = object.metadata;
  for (const { apiVersion, kind, name } of height === 0 ? [] : ownerReferences) {
    const found = objects.find(
      (o) => groupOf(o.apiVersion) === groupOf(apiVersion) && o.kind === kind && o.metadata.name === name,
    );
    if (found !== undefined) return found;
    const there = await reader.getIfThere({
      apiVersion,
      kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
    });
    const above =
      there.ok && there.value !== undefined ? await ownerAmong(objects, there.value, reader, height - 1) : undefined;
    if (above !== undefined) return above;
  }
  return undefined;
}

/** A token belongs to its account in its namespace. */
const tiedTo = (object: KubeObject): string | undefined =>
  object.type === 'kubernetes.io/service-account-token' ||
  object.metadata.annotations?.['kubernetes.io/service-account.name'] !== undefined
    ? 'belongs to a service account of the original namespace'
    : undefined;

function copyOf(object: KubeObject, namespace: string): KubeObject {
  const { name = '' } = object.metadata;
  const { data, binaryData, type, imagePullSecrets } = object;
  const fields = object.kind === 'ServiceAccount' ? { imagePullSecrets } : { data, binaryData, type };
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(kept), apiVersion: 'v1', kind: object.kind, metadata: { name, namespace } };
}
