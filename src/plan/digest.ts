import { canonical } from '../workflow/index.ts';
import { sha256 } from './sha256.ts';
import type { LoadedPhase, LoadedPlan, Phase } from './types.ts';

/**
 * What an approval is bound to. Equal exactly when everything that will be applied or run is equal: the plan in its
 * normal form, the objects, and the content of every file that it or its commands name. How the plan was written down
 * (phase_N or phases[], comments, order of keys) is not in it.
 */
const FORM = 1;

export function planDigest(loaded: LoadedPlan): string {
  const { phases, ...frame } = loaded.plan;
  return sha256(
    canonical({
      form: FORM,
      plan: frame,
      pinned: loaded.pinned,
      phases: phases.map((phase, index) => phaseContent(phase, loaded.phases[index])),
    }),
  );
}

/** The digest of phases 1..n for each n: revising phase 4 keeps the evidence of 1 to 3. */
export function cumulativeDigests(loaded: LoadedPlan): string[] {
  const { component, target, phases } = loaded.plan;
  let before = sha256(canonical({ form: FORM, component, target }));
  return phases.map((phase, index) => {
    before = sha256(canonical({ before, phase: phaseContent(phase, loaded.phases[index]) }));
    return before;
  });
}

function phaseContent(phase: Phase, loaded: LoadedPhase | undefined): unknown {
  return {
    ...phase,
    objects: (loaded?.manifests ?? []).map((m) => m.object),
    observed: loaded?.observed ?? [],
    pinned: loaded?.pinned ?? [],
  };
}
