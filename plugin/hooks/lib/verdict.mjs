import { isNamespaceKind, kindOf } from './kinds.mjs';
import { isKnown } from './text.mjs';

/** Whether a write may pass, by what is open and allowed now. */
export function allows(permits, write) {
  return permits.every((permit) => !concerns(permit, write) || inPhase(permit, write));
}

/**
 * Whether a write is, or may be, about a deployment's namespaces. One that names no namespace goes to wherever the context
 * points, so it may be.
 */
function concerns(permit, write) {
  if (permit.unreadable || write.everywhere) return true;
  if (write.namespace === undefined || write.namespace === '' || !isKnown(write.namespace)) return true;
  return permit.namespaces.includes(write.namespace);
}

/** Gate P has passed, and all it touches belongs to the phase that may be worked on. */
function inPhase(permit, write) {
  if (permit.phase === undefined || write.everywhere || write.touches === undefined) return false;
  const own = new Set((permit.phase_objects ?? []).map(spelled));
  return write.touches.every((one) => own.has(one) && !isNamespaceKind(one.split('/')[0]));
}

const spelled = (object) => {
  const [kind, ...name] = object.split('/');
  return `${kindOf(kind)}/${name.join('/')}`;
};

export function refusalOfWrite(permits, write) {
  const permit = permits.find((one) => concerns(one, write) && !inPhase(one, write)) ?? permits[0];
  if (permit.unreadable)
    return `${write.what} writes to a cluster, and what is open can't be read (${permit.unreadable}), so no write passes. \`infragate status\` says more; reads and --dry-run=server pass.`;
  const where =
    write.namespace === undefined
      ? write.everywhere
        ? 'beyond any one namespace'
        : `to a namespace that isn't named and may be ${permit.namespaces.join(' or ')}`
      : `to namespace ${isKnown(write.namespace) ? write.namespace : "(one that isn't known before it runs)"}`;
  const state =
    permit.phase === undefined
      ? `Gate ${permit.gate} is to pass first${permit.open?.length > 0 ? ` (open: ${permit.open.join(', ')})` : ''}`
      : `only phase ${permit.phase} may be worked on, and this isn't known to be part of it`;
  const lead = permit.phase === undefined ? nextOf(permit) : `apply-phase {"phase_number": ${permit.phase}}`;
  const other =
    write.namespace === undefined && !write.everywhere ? ' If another namespace is meant, name it with -n.' : '';
  return `${write.what} writes ${where}, where deployment ${permit.deployment} is open (stage ${permit.stage}): ${state}. Go on with ${lead}. Reads and --dry-run=server pass.${other}`;
}

/** The first step that leads on, as the law says it. */
export function nextOf(permit) {
  const [next] = permit.next ?? [];
  if (next?.tool !== undefined) return `${next.tool} ${JSON.stringify(next.arguments ?? {})}`;
  if (next?.command !== undefined) return `\`${next.command}\``;
  if (next?.person !== undefined) return `what only a person can do: ${next.action ?? next.person}`;
  return 'deployment-status';
}
