import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { nextOf } from './verdict.mjs';

/** Open deployments of the folder a session works in. */
export function permitsHere(permits, cwd) {
  const here = canonical(cwd);
  return permits.filter(
    ({ workspace }) => typeof workspace === 'string' && (isWithin(here, workspace) || isWithin(workspace, here)),
  );
}

const isWithin = (inner, outer) => inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`);

function canonical(path) {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Whether what leads on is up to a person: then an agent may well stop. */
export const waitsForPerson = (permit) => (permit.next ?? []).some((one) => one.person !== undefined);

/** One deployment in a few lines, for an agent that knows nothing of it any more. */
export function standing(permit) {
  const open = permit.open?.length > 0 ? `; open: ${permit.open.join(', ')}` : '';
  const phase = permit.phase === undefined ? '' : ` Phase ${permit.phase} may be worked on (apply-phase, phase-gate).`;
  return `Deployment ${permit.deployment} (${permit.component} → ${permit.namespaces.join(', ')}) is open: stage ${permit.stage}, Gate ${permit.gate}${open}.${phase} Next: ${nextOf(permit)}.`;
}
