import { auditNotes, isByPolicy, podAdmission, type World } from '../assumptions/index.ts';
import type { Reader } from '../cluster/index.ts';
import type { LoadedPlan, Problem } from '../plan/index.ts';

/**
 * Workloads whose Pods will be refused: an error of the plan before anyone approves it, because the phase would be applied
 * and never become ready. Warnings of admission about the Pods are notes.
 */
export async function refusedPods(reader: Reader, loaded: LoadedPlan, namespace: string): Promise<Problem[]> {
  const set = loaded.phases.flatMap((phase) => phase.manifests.map((m) => m.object));
  const known = new Map<string, Promise<unknown>>();
  const once: World['once'] = (key, ask) => {
    const asked = (known.get(key) as ReturnType<typeof ask> | undefined) ?? ask();
    known.set(key, asked);
    return asked;
  };
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
            const audited = (await auditNotes({ reader, namespace, once }, object)).map(
              (note): Problem => ({ ...where, severity: 'note', message: `${name}: ${note}` }),
            );
            const warned = (admitted?.warnings ?? []).map(
              (warning): Problem => ({ ...where, severity: 'note', message: `${name}: its Pods: ${warning}` }),
            );
            if (refused === undefined || !isByPolicy(refused.error)) return [...audited, ...warned];
            const message = `${name} is admitted, but its Pods will be refused: ${refused.error.message}`;
            return [...audited, ...warned, { ...where, severity: 'error', message }];
          }),
    ),
  );
  return found.flat();
}
