import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { nextOf, type Permit } from './permits.ts';

/** Open deployments of the workspace that a session works in: in it, or in a folder beneath it. */
export function permitsHere(permits: readonly Permit[], cwd: string): readonly Permit[] {
  const here = canonical(cwd);
  return permits.filter(({ workspace }) => workspace !== undefined && isWithin(here, canonical(workspace)));
}

const isWithin = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`);

function canonical(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Whether a person is next: then an agent may well stop. */
export const waitsForPerson = ({ next }: Permit): boolean => next.some((one) => 'person' in one);

/** One deployment in a few lines, for an agent that knows nothing of it any more. */
export function standing(permit: Permit): string {
  const open = permit.open.length > 0 ? `; open: ${permit.open.join(', ')}` : '';
  const phase = permit.phase === undefined ? '' : ` Phase ${permit.phase} may be worked on (apply-phase, phase-gate).`;
  return `Deployment ${permit.deployment} (${permit.component} → ${permit.namespaces.join(', ')}) is open: stage ${permit.stage}, Gate ${permit.gate}${open}.${phase} Next: ${nextOf(permit)}.`;
}
