import { called, type Knowledge, knowledgeOf } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import { type KubeObject, mayStay, numberAt, readiness } from '../objects/index.ts';
import { type Deployment, fail, type Refusal, refuse, type Verdict } from '../workflow/index.ts';
import { type PhaseCheck, phaseCheck } from './check.ts';
import { type LiveObject, lookAtPhase } from './live.ts';
import { orphans } from './orphans.ts';
import { allPhases, type StoredPlan } from './stored.ts';

/** Is everything that the plan's phases put there still there: the same objects, as applied, ready? Asked of the cluster now. */
export async function standingOf(reader: Reader, d: Deployment, stored: StoredPlan): Promise<PhaseCheck[]> {
  const phases = await Promise.all(
    allPhases(stored, d).map(async (phase) => {
      const live = await lookAtPhase(reader, d, phase);
      const known = await knowledgeOf(
        reader,
        live.flatMap(({ ref, live: there }) => (there === undefined ? [] : [ref])),
      );
      return live.map((one) =>
        phaseCheck(`phase ${phase.number}: ${called(one.ref)}`, standing(one, phase.objects, known)),
      );
    }),
  );
  return [...phases.flat(), ...(await orphans(reader, d, stored))];
}

function standing({ ref, live, verdict }: LiveObject, manifests: readonly KubeObject[], knowledge: Knowledge): Verdict {
  if (verdict.status !== 'pass' || live === undefined) return verdict;
  const reading = readiness(live, { ...knowledge(live), now: Date.now() });
  const manifest = manifests.find((m) => m.kind === ref.kind && m.metadata.name === ref.name);
  if (reading.reason === 'ScaledToZero' && numberAt(manifest, 'spec', 'replicas') !== 0)
    return fail('ScaledToZero', `${called(ref)} was scaled to 0 replicas since: nothing of it runs`);
  // Where nothing is known of its readiness, its phase's criteria judged it.
  return reading.status === 'ready' || mayStay(reading) ? verdict : fail(reading.reason, reading.message);
}

const SHOWN = 8;

/** What is written or closed speaks of what is deployed, so it is refused where that is not there any more. */
export function notStanding(d: Deployment, what: string, checks: readonly PhaseCheck[]): Refusal | undefined {
  const open = checks.filter((c) => c.status === 'FAIL');
  if (open.length === 0) return undefined;
  const more = open.length > SHOWN ? `; and ${open.length - SHOWN} more` : '';
  const because = `${open
    .slice(0, SHOWN)
    .map((c) => `${c.check}: ${c.message}`)
    .join('; ')}${more}`;
  const again = { tool: 'run-validation', arguments: { deployment: d.id } };
  return refuse('GATE_NOT_PASSED', `${what} refused: what was deployed is not there as it was validated. ${because}.`, {
    gate: 'V',
    missing: [{ check: 'fully-validated', status: 'stale', because, fix: [again] }],
    next: [again],
  });
}
