import { serve } from '../bounded/serve.ts';
import type { Capabilities } from '../commands/render.ts';
import { type LoadedPlan, preparePlan, reloadPlan } from '../plan/index.ts';
import { counted, MOST_CHARACTERS, type PlanPlace, worldIn } from './plan-world.ts';

/** Reads a large plan in a thread of its own (prepare.ts holds the other end). */
type Where = { readonly place: PlanPlace; readonly capabilities?: Capabilities };
export type PrepareRequest = Where & {
  readonly input: string | object;
  readonly origin: string;
  readonly previous?: LoadedPlan;
};
export type ReloadRequest = Where & { readonly approved: LoadedPlan };

const world = async ({ place, capabilities }: Where) =>
  counted(
    await worldIn(place, async () => (capabilities === undefined ? {} : { capabilities })),
    MOST_CHARACTERS,
    new Error(`its files and what is rendered are more than ${MOST_CHARACTERS} characters; make two deployments of it`),
  );

serve({
  prepare: async ({ input, origin, previous, ...where }: PrepareRequest) =>
    preparePlan(input, origin, await world(where), previous),
  reload: async ({ approved, ...where }: ReloadRequest) => reloadPlan(approved, await world(where)),
});
