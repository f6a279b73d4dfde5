import { type ClusterWrite, isKnown, isNamespaceKind, kindOf, type NamedObject } from '../shell/index.ts';
import { areDifferentClusters } from './contexts.ts';
import { nextOf, type Permit } from './permits.ts';

/** Whether a write may pass, by what is open and allowed now. */
export const allows = (permits: readonly Permit[], write: ClusterWrite): boolean =>
  permits.every((permit) => !concerns(permit, write) || inPhase(permit, write));

/**
 * Whether a write is, or may be, about a deployment's namespaces. One that names no namespace goes to wherever the context
 * points, so it may be; one that names a context of another cluster is not.
 */
function concerns(permit: Permit, write: ClusterWrite): boolean {
  if (permit.unreadable !== undefined) return true;
  const context = write.contexts.at(-1);
  if (
    context !== undefined &&
    isKnown(context) &&
    permit.context !== undefined &&
    areDifferentClusters(context, permit.context)
  )
    return false;
  if (write.everywhere || write.namespaces.length === 0) return true;
  return write.namespaces.some((name) => name === '' || !isKnown(name) || permit.namespaces.includes(name));
}

/** Gate P has passed, and all it touches belongs to the phase that may be worked on: by kind, name and namespace. */
function inPhase(permit: Permit, write: ClusterWrite): boolean {
  if (permit.phase === undefined || write.everywhere || write.objects === undefined) return false;
  const own = permit.phase_objects.map(readObject);
  const given = write.namespaces.length === 1 ? write.namespaces[0] : undefined;
  return write.objects.every(
    (one) =>
      !isNamespaceKind(one.kind) &&
      own.some(
        ({ kind, name, namespace }) =>
          kind === one.kind && name === one.name && isSameNamespace(namespace, one.namespace ?? given, permit),
      ),
  );
}

/** Where one of them isn't written down, it is the context's: the deployment's own. */
const isSameNamespace = (own: string | undefined, given: string | undefined, permit: Permit): boolean =>
  given === undefined || own === given || (own === undefined && permit.namespaces.includes(given));

function readObject(text: string): NamedObject {
  const parts = text.split('/');
  const [namespace, kind = '', name = ''] = parts.length > 2 ? parts : [undefined, ...parts];
  return { kind: kindOf(kind), name, ...(namespace === undefined ? {} : { namespace }) };
}

export function refusalOfWrite(permits: readonly Permit[], write: ClusterWrite): string {
  const permit = permits.find((one) => concerns(one, write) && !inPhase(one, write)) ?? permits[0];
  if (permit === undefined) return `${write.what} writes to a cluster.`;
  if (permit.unreadable !== undefined)
    return `${write.what} writes to a cluster, and what is open can't be read (${permit.unreadable}), so no write passes. \`infragate status\` says more; reads and --dry-run=server pass.`;
  const state =
    permit.phase === undefined
      ? `Gate ${permit.gate} is to pass first${permit.open.length > 0 ? ` (open: ${permit.open.join(', ')})` : ''}`
      : `only phase ${permit.phase} may be worked on, and this isn't known to be part of it`;
  const lead = permit.phase === undefined ? nextOf(permit) : `apply-phase {"phase_number": ${permit.phase}}`;
  const isUnnamed = write.namespaces.length === 0 && !write.everywhere;
  return `${write.what} writes ${placeOf(permit, write)}, where deployment ${permit.deployment} is open (stage ${permit.stage}): ${state}. Go on with ${lead}. Reads and --dry-run=server pass.${isUnnamed ? ' If another namespace is meant, name it with -n.' : ''}`;
}

function placeOf(permit: Permit, { namespaces, everywhere }: ClusterWrite): string {
  if (everywhere) return 'beyond any one namespace';
  if (namespaces.length === 0) return `to a namespace that isn't named and may be ${permit.namespaces.join(' or ')}`;
  const named = namespaces.find((one) => permit.namespaces.includes(one)) ?? namespaces[0] ?? '';
  return `to namespace ${isKnown(named) ? named : "(one that isn't known before it runs)"}`;
}
