import { isDead } from '../commands/owner.ts';
import { type Deployment, GATES, gateStanding, type Instant, plan, position } from '../workflow/index.ts';
import type { Connected } from './connect.ts';

/** Where a namespace is guarded, its cluster says of each refused write which deployment and gate it concerns. */
export async function tellStanding({ cluster, guards }: Connected, d: Deployment, now: Instant): Promise<void> {
  if (guards.length === 0) return;
  // A session whose run is over, or whose process is, is ended by nobody else; and one of an older credential by nobody at all.
  await cluster.closeSessions(guards, ({ deployment, run, until }) => {
    const known = deployment === d.id ? d.runs.get(run) : undefined;
    const isOver = known !== undefined && (known.ended !== undefined || known.lease <= now || isDead(known.owner));
    return isOver || (until !== '' && Date.parse(until) < Date.parse(now));
  });
  const at = position(d, now);
  const digest = plan(d)?.digest;
  await cluster.standing(guards, {
    deployment: d.id,
    component: d.started.component,
    requester: d.started.identity ?? '',
    gate: at.gate.name,
    stage: at.stage,
    gates: GATES.map((g) => `${g.name} ${gateStanding(g, d, now).passes ? 'passes' : 'open'}`).join(', '),
    open: d.closed === undefined,
    ...(digest === undefined ? {} : { plan: bare(digest) }),
  });
}

const bare = (digest: string): string => digest.replace(/^sha256:/, '');
