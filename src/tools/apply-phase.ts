import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { cancel, deployment, lines, list, minutes, phaseNumber, WRITES, wait } from './schema.ts';

const input = z.strictObject({ deployment, phase_number: phaseNumber, dry_run: z.boolean().optional(), wait, cancel });
export type Input = z.infer<typeof input>;

const answer = z.strictObject({
  status: z.enum(['APPLIED', 'DRY_RUN', 'FAILED', 'NOT_OURS']),
  phase: z.number(),
  name: z.string(),
  delivery: z.string(),
  resources: list(z.strictObject({ ref: z.string(), action: z.string(), changes: lines })),
  not_judged: lines.optional().describe('known to the server only once phase resources before them exist'),
  commands: list(
    z.strictObject({
      command: z.string(),
      exit_code: z.number().nullable(),
      duration_ms: z.number(),
      output: z.string(),
    }),
  ),
  warnings: lines,
  conflicts: list(z.strictObject({ object: z.string(), manager: z.string(), fields: lines })),
  failure: z.strictObject({ object: z.string().optional(), reason: z.string(), message: z.string() }).optional(),
});
export type Output = z.infer<typeof answer>;

const MAX_CHANGES = 5;

function text(v: Output): string {
  const title = `Phase ${v.phase} ${v.name}`;
  if (v.status === 'NOT_OURS') {
    const made = v.resources.map((r) => r.ref).join(', ');
    return `Phase ${v.phase} is delivered by ${v.delivery}: others apply it, phase-gate observes it.${made === '' ? '' : ` Made for it: ${made}.`}`;
  }
  if (v.failure?.object !== undefined) {
    const done = v.resources.map((r) => `${r.ref} ${r.action}`);
    return [
      `${title} was not applied: ${v.failure.object}: ${v.failure.reason}: ${v.failure.message}`,
      ...v.conflicts.map((c) => `- ${c.manager} owns ${c.fields.join(', ')}; the plan's take_over may name it`),
      done.length === 0 ? 'Nothing was changed.' : `Done before that: ${done.join(', ')}.`,
    ].join('\n');
  }
  return [
    `${title}: ${v.status === 'DRY_RUN' ? 'would apply' : 'applied'} ${v.resources.length} resources.`,
    ...v.resources.map(
      (r) => `- ${r.ref}: ${r.action}${r.changes.length > 0 ? ` (${r.changes.slice(0, MAX_CHANGES).join(', ')})` : ''}`,
    ),
    ...(v.failure === undefined ? [] : [`FAILED: ${v.failure.message}`]),
    ...(v.status === 'APPLIED' ? [`Next: phase-gate {phase_number: ${v.phase}}.`] : []),
  ].join('\n');
}

export const applyPhase = defineTool({
  name: 'apply-phase',
  title: 'Apply a phase of the approved plan',
  description:
    'Applies the phase as approved (server-side apply, field manager infragate), then its commands. dry_run shows the difference. Behind Gate P and the phases before. Then phase-gate.',
  annotations: WRITES,
  searchHint: 'apply resources of an approved phase',
  input,
  output: answer,
  lease_ms: () => minutes(20),
  text,
});
