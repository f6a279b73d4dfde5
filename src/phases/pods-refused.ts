import { isByPolicy, podAdmission } from '../assumptions/index.ts';
import type { Reader } from '../cluster/index.ts';
import type { LoadedPlan, Problem } from '../plan/index.ts';

/**
 * Workloads whose Pods will be refused: an error of the plan before anyone approves it, because the phase would be applied
 * and never become ready. Warnings of admission about the Pods are notes.
 */
export async function refusedPods(reader: Reader, loaded: LoadedPlan, namespace: string): Promise<Problem[]> {
  const set = loaded.phases.flatMap((phase) => phase.manifests.map((m) => m.object));
  const found = await Promise.all(
    loaded.phases.flatMap((phase, index) =>
      loaded.plan.phases[index]?.delivery !== 'apply'
        ? []
        : phase.manifests.map(async ({ object, from }): Promise<Problem[]> => {
            const admitted = await podAdmission({ reader, namespace }, object, set);
            const name = `${object.kind}/${object.metadata.name}`;
            const where = {
              path: `phases[${index}].resources[${from.resource}]`,
              ...(from.file === undefined ? {} : { file: from.file }),
              ...(from.lines === undefined ? {} : { line: from.lines.from }),
            };
            const refused = admitted?.refused;
            const warned = (admitted?.warnings ?? []).map(
              (warning): Problem => ({ ...where, severity: 'note', message: `${name}: its Pods: ${warning}` }),
            );
            if (refused === undefined || !isByPolicy(refused.error)) return warned;
            const message = `${name} is admitted, but its Pods will be refused: ${refused.error.message}`;
            return [...warned, { ...where, severity: 'error', message }];
          }),
    ),
  );
  return found.flat();
}
