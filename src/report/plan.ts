import { type Deployment, phases, plan } from '../workflow/index.ts';

/** The plan, and how far its phases are. */
export function planReport(d: Deployment) {
  const current = plan(d);
  if (current === undefined) return { revision: 0, phases: [] };
  return { digest: current.digest, revision: d.plans.length, phases: phaseStates(d, 'applied') };
}

export const phaseStates = (d: Deployment, applied: string) =>
  phases(d).map((p) => ({
    phase: p.number,
    name: p.name,
    status: p.latest?.verdict.status ?? (p.applied ? applied : 'not begun'),
    bound: p.bound,
    ...(p.committed === undefined ? {} : { commit: p.committed }),
  }));
