import { z } from 'zod';
import type { Run } from '../engine/tool.ts';
import { isRecord } from '../objects/index.ts';
import { withImages } from '../phases/change.ts';
import { readManifests } from '../plan/index.ts';
import type { Deployment, Fact, Item, Observation, Written } from '../workflow/index.ts';

/** What of a completed deployment's record still holds in the next one: copied with where and when it was seen. */

/** The proofs that take a bullet or a document; what a look at the cluster settles is carried only while it is fresh. */
export function carriedEvidence(base: Deployment): Fact[] {
  const facts: Fact[] = [];
  for (const [subject, all] of base.observations) {
    const live = base.items.has(subject) || /^(?:divergence|adjustment):/.test(subject);
    if (!live) continue;
    const decisive = all.filter((o) => o.verdict.status !== 'unknown');
    const proof = decisive.findLast((o) => o.via === 'tracer-bullet');
    const last = decisive.at(-1);
    // A later look that failed speaks against an older proof.
    for (const one of new Set([last, proof]))
      if (one !== undefined && (last?.verdict.status === 'pass' || one === last)) facts.push(carry(base, one));
  }
  return facts;
}

function carry(base: Deployment, { place, seq: _, seen, run: __, bound: ___, facet, ...rest }: Observation): Fact {
  return {
    ...rest,
    type: 'observed',
    at: place,
    // What was installable then is there now, and has to be seen there.
    ...(facet === undefined || facet === 'installable' ? {} : { facet }),
    carried: rest.carried ?? { deployment: base.id, at: seen },
  };
}

const CARRIED: readonly Written['what'][] = ['research', 'sources', 'adjustment'];

export function carriedText(base: Deployment): Fact[] {
  const newest = new Map<string, Written>();
  for (const one of base.written) if (CARRIED.includes(one.what)) newest.set(`${one.what} ${one.about ?? ''}`, one);
  return [...newest.values()].map(({ seq: _, at, by: __, ...rest }) => ({
    ...rest,
    type: 'written',
    carried: rest.carried ?? { deployment: base.id, at },
  }));
}

/** An assumption with the bullet that proved it, as it would be fired now: with the images of now. */
export async function withBullet(
  run: Pick<Run, 'get'>,
  base: Deployment,
  item: Item,
  swap: ReadonlyMap<string, string>,
  canonical: (image: string) => string | undefined,
): Promise<Item> {
  if (item.kind !== 'assumption') return item;
  const proof = (base.observations.get(item.subject) ?? []).findLast(
    (o) => o.via === 'tracer-bullet' && o.verdict.status === 'pass',
  );
  const text = proof?.body === undefined ? undefined : await run.get(proof.body);
  const body: unknown = text === undefined ? undefined : JSON.parse(text);
  const fired = FIRED.safeParse(isRecord(body) ? body.fired : undefined);
  const as = fired.success ? fired.data : item.bullet;
  if (as === undefined) return item;
  const objects = readManifests(as.minimal_spec).written.map((w) => withImages(w.object, swap, canonical));
  const minimal_spec = swap.size === 0 ? as.minimal_spec : objects.map((o) => JSON.stringify(o)).join('\n---\n');
  return { ...item, bullet: { minimal_spec, success_criteria: [...as.success_criteria] } };
}

/** What tracer-bullet keeps of its own input, unless there is a Secret in it. */
const FIRED = z.object({ minimal_spec: z.string(), success_criteria: z.array(z.string()) });
