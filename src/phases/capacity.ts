import { checkQuota, createWorld } from '../assumptions/index.ts';
import type { ReadingRun } from '../engine/tool.ts';
import type { KubeObject } from '../objects/index.ts';
import type { LoadedPlan, Problem } from '../plan/index.ts';
import { placeOf, type Tried } from './rehearse.ts';

/**
 * Does the whole plan fit into what the namespaces' quotas leave? Judged here, before any of it is used up; what is there
 * already as it should be takes nothing more. A quota that the plan itself sets is judged by the cluster, in its phase.
 */
export async function shortOf(
  run: ReadingRun,
  loaded: LoadedPlan,
  tried: readonly Tried[],
  namespace: string,
): Promise<Problem[]> {
  const wanted = new Map<string, KubeObject>();
  const places = new Map(tried.map((t) => [t.place, t]));
  for (const [index, phase] of loaded.phases.entries()) {
    if (loaded.plan.phases[index]?.delivery !== 'apply') continue;
    for (const { object } of phase.manifests) {
      const then = places.get(placeOf(phase.number, object, namespace));
      if (then?.uid !== undefined && then.changed.length === 0) continue;
      // The same object in two phases is one object: as the last of them has it.
      wanted.set(placeOf(0, object, namespace), object);
    }
  }
  const objects = [...wanted.values()];
  const setsQuota = loaded.phases.some((p) => p.manifests.some((m) => m.object.kind === 'ResourceQuota'));
  const reader = await run.reader();
  const namespaces = [...new Set(objects.map((o) => o.metadata.namespace ?? namespace))];
  const found = await Promise.all(
    namespaces.map((name) =>
      checkQuota(
        createWorld(reader, name),
        objects.filter((o) => (o.metadata.namespace ?? namespace) === name),
      ),
    ),
  );
  return found.flatMap((finding): Problem[] => {
    if (finding === undefined || finding.verdict.status === 'pass') return [];
    const error = finding.verdict.status === 'fail' && !setsQuota;
    return [{ path: 'phases', severity: error ? 'error' : 'note', message: `capacity: ${finding.verdict.message}` }];
  });
}
