import { type Deployment, phases, plan } from '../workflow/index.ts';

/** The plan as a person was or will be shown it (`review`, its lines), and how far its phases are. */
export function planReport(d: Deployment, review = '') {
  const current = plan(d);
  if (current === undefined) return { summary: 'No valid plan has been submitted.' };
  const states = phases(d).map((p) => ({
    phase: p.number,
    name: p.name,
    status: p.latest?.verdict.status ?? (p.applied ? 'applied' : 'not begun'),
    bound: p.bound,
    ...(p.committed === undefined ? {} : { commit: p.committed }),
  }));
  return {
    digest: current.digest,
    revision: d.plans.length,
    phases: states,
    summary: [review, ...states.map((p) => `Phase ${p.phase} ${p.name}: ${p.status}`)].join('\n'),
  };
}
