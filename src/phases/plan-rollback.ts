import { called } from '../apply/index.ts';
import { kindKey } from '../objects/index.ts';
import { type LoadedPlan, type Manifest, namedIn, type Problem, readRollback } from '../plan/index.ts';
import type { Deployment } from '../workflow/index.ts';
import { existedBefore } from './before.ts';
import type { Makes } from './makes.ts';
import type { ObjectOutcome } from './outcome.ts';
import { refOfManifest } from './refs.ts';
import { placeOf, type Tried } from './rehearse.ts';

/** What rolling each phase back would do to each of its objects, as the approver sees it before anything is done. */
export type PlannedRollback = {
  readonly phase: number;
  readonly objects: readonly (ObjectOutcome & { readonly lost?: readonly string[] })[];
};

export function plannedRollbacks(
  d: Deployment,
  loaded: LoadedPlan,
  tried: readonly Tried[],
  makes: Makes,
): { readonly phases: readonly PlannedRollback[]; readonly problems: readonly Problem[] } {
  const existed = existedBefore(d);
  const places = new Map(tried.map((t) => [t.place, t]));
  const problems: Problem[] = [];
  const phases = loaded.plan.phases.flatMap((phase, index): PlannedRollback[] => {
    if (phase.delivery !== 'apply') return [];
    const steps = phase.rollback.map(readRollback);
    const objects = (loaded.phases[index]?.manifests ?? []).map((m): PlannedRollback['objects'][number] => {
      const { object } = m;
      const ref = refOfManifest(object, d.target.namespace);
      const name = called(ref);
      const keep = steps.find(
        (s) => s.kind === 'keep' && (s.object === '*' || s.object === name || s.object.endsWith(`/${name}`)),
      );
      if (keep?.kind === 'keep') return { object: name, outcome: 'kept', why: keep.because };
      const then = places.get(placeOf(phase.number, object, d.target.namespace));
      if (then?.uid !== undefined && existed({ uid: then.uid }))
        return then.changed.length === 0
          ? { object: name, outcome: 'untouched', why: 'it exists and this plan does not change it' }
          : { object: name, outcome: 'restored', why: 'it exists; its fields are put back' };
      const lost = [...(makes.get(kindKey(object)) ?? [])];
      if (lost.length > 0 && !namedIn(phase.irreversible, ref.kind, ref.name))
        problems.push({ ...whereOf(m, index), severity: 'error', message: lossMessage(name, lost) });
      return { object: name, outcome: 'removed', why: 'this plan creates it', ...(lost.length === 0 ? {} : { lost }) };
    });
    return [{ phase: phase.number, objects }];
  });
  return { phases, problems };
}

const whereOf = (m: Manifest, index: number): Pick<Problem, 'path' | 'file' | 'line'> => ({
  path: `phases[${index}].irreversible`,
  ...(m.from.file === undefined ? {} : { file: m.from.file }),
  ...(m.from.lines === undefined ? {} : { line: m.from.lines.from }),
});

const lossMessage = (name: string, lost: readonly string[]): string =>
  `rolling back ${name} deletes ${lost.join(' and ')} (an object of this kind was seen to have them on this cluster): name it under irreversible, or keep it`;

export const plannedRollbackLines = (phases: readonly PlannedRollback[]): string[] =>
  phases.flatMap(({ phase, objects }) =>
    objects.map(({ object, outcome, why, lost = [] }) => {
      const words = lost.length > 0 ? `${outcome} (data lost: ${lost.join('; ')})` : outcome;
      return `- phase ${phase}: ${object}: ${words}${why === undefined ? '' : `; ${why}`}`;
    }),
  );
