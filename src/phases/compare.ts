import { called } from '../apply/index.ts';
import type { StoredPhase } from './stored.ts';

/** What a caller of phase-gate says of the phase. */
export type Claimed = {
  readonly phase_name?: string | undefined;
  readonly resources_deployed?: readonly string[] | undefined;
  readonly validation_commands?: readonly string[] | undefined;
  readonly success_criteria?: readonly string[] | undefined;
  readonly rollback_procedure?: string | readonly string[] | undefined;
};

/** Arguments given to phase-gate are compared with what was approved; they never replace it. */
export function differsFromPlan(input: Claimed, phase: StoredPhase): string | undefined {
  const name = input.phase_name;
  if (name !== undefined && name.trim() !== phase.name)
    return `phase_name: the approved plan calls phase ${phase.number} "${phase.name}".`;
  const rollback =
    typeof input.rollback_procedure === 'string' ? input.rollback_procedure.split('\n') : input.rollback_procedure;
  const resources = [
    ...phase.resources.map(sourceOf),
    ...phase.objects.map((o) => `${o.kind}/${o.metadata.name}`),
    ...phase.observed.map(called),
  ];
  return (
    unknownIn('resources_deployed', input.resources_deployed, resources) ??
    unlike('validation_commands', input.validation_commands, phase.validation_commands) ??
    unlike('success_criteria', input.success_criteria, phase.success_criteria) ??
    unlike('rollback_procedure', rollback, phase.rollback)
  );
}

const sourceOf = (resource: unknown): string =>
  typeof resource === 'string'
    ? resource
    : typeof resource === 'object' && resource !== null && 'text' in resource
      ? String(resource.text)
      : JSON.stringify(resource);

function unlike(field: string, given: readonly string[] | undefined, approved: readonly string[]): string | undefined {
  if (given === undefined) return undefined;
  const clean = (list: readonly string[]) => list.map((l) => l.trim()).filter((l) => l !== '');
  const [a, b] = [clean(given), clean(approved)];
  const added = a.filter((x) => !b.includes(x));
  const left = b.filter((x) => !a.includes(x));
  if (added.length === 0 && left.length === 0) return undefined;
  const parts = [
    added.length > 0 ? `not in the approved plan: ${added.join(' | ')}` : '',
    left.length > 0 ? `left out: ${left.join(' | ')}` : '',
  ];
  return `${field}: ${parts.filter((p) => p !== '').join('; ')}. Leave the field out, or revise the plan.`;
}

/** Resources may be named by file or by object; every one named must be in the plan. */
function unknownIn(field: string, given: readonly string[] | undefined, known: readonly string[]): string | undefined {
  const strange = (given ?? []).filter((g) => !known.some((k) => k.toLowerCase() === g.trim().toLowerCase()));
  return strange.length === 0 ? undefined : `${field}: not in this phase of the approved plan: ${strange.join(', ')}.`;
}
