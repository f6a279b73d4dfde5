import { z } from 'zod';
import { lines, list, remaining } from './schema.ts';

const OUTCOMES = ['removed', 'restored', 'recreated', 'untouched', 'kept', 'unfinished'] as const;
const outcome = z.enum(OUTCOMES);

export const answer = z.strictObject({
  status: z.enum(['DRY_RUN', 'ROLLED_BACK', 'INCOMPLETE']),
  phase: z.number(),
  name: z.string(),
  steps: list(
    z.strictObject({
      object: z.string(),
      action: z.string(),
      outcome: outcome.optional(),
      possible: z.boolean().optional(),
      message: z.string().optional(),
    }),
  ),
  objects: list(z.strictObject({ object: z.string(), outcome, why: z.string().optional() })),
  commands: list(
    z.strictObject({
      command: z.string(),
      exit_code: z.number().nullable().optional(),
      output: z.string().optional(),
      would: lines.optional(),
      not_tried: z.string().optional(),
      failed: z.string().optional(),
    }),
  ),
  irreversible: lines,
  refused: lines.describe('what it would destroy, so that it is not done'),
  restored: lines,
  removed: lines,
  recreated: lines,
  untouched: lines,
  lost: lines,
  remaining,
  planned: z.boolean().describe('the plan still has this phase'),
});
export type Output = z.infer<typeof answer>;
type One = Output['objects'][number];

export const outcomeLine = ({ object, outcome: what, why }: One): string =>
  `${object}: ${word(what)}${why === undefined ? '' : ` (${why})`}`;

/** `2 removed, 1 restored, 0 recreated, 1 untouched`: all four, because a missing word would be read as none. */
const counts = (all: readonly One[]): string =>
  (['removed', 'restored', 'recreated', 'untouched'] as const)
    .map((what) => `${all.filter((one) => one.outcome === what).length} ${word(what)}`)
    .join(', ');

const word = (what: One['outcome']) => (what === 'recreated' ? 'recreated (data lost)' : what);

export const text = (v: Output): string => (v.status === 'DRY_RUN' ? preview(v) : done(v)).join('\n');

const preview = (v: Output): string[] => [
  `Rolling back phase ${v.phase} ${v.name} would (${counts(v.objects)}):`,
  ...v.refused.map((one) => `- NOT BE DONE: ${one}`),
  ...v.commands.map((c) => `- run: ${c.command}${triedText(c)}`),
  ...v.objects.map((one) => `- ${outcomeLine(one)}`),
  ...v.steps.filter((s) => s.possible === false).map((s) => `- not possible now: ${s.message}`),
  ...v.lost.map((one) => `- LOST FOR GOOD: ${one}`),
  ...v.remaining.map((r) => `- leave ${r.object}: ${r.why}`),
  ...v.irreversible.map((one) => `- can't be undone: ${one}`),
  v.lost.length + v.irreversible.length > 0
    ? 'With execute: true it does, after a person has decided it again.'
    : 'With execute: true it does.',
];

/** By kubectl's own dry run. */
function triedText({ would = [], not_tried, failed }: Output['commands'][number]): string {
  if (failed !== undefined) return ` (${failed})`;
  if (not_tried !== undefined) return ` (not tried by a dry run: ${not_tried})`;
  return ` (by its dry run: ${would.length === 0 ? 'changes nothing now' : would.join(', ')})`;
}

const done = (v: Output): string[] => [
  `Phase ${v.phase} ${v.name} ${v.status === 'ROLLED_BACK' ? 'is rolled back' : 'is not fully rolled back'}: ${counts(v.objects)}.`,
  ...v.lost.map((one) => `- DATA LOST: ${one}`),
  ...v.remaining.map((r) => `- remains: ${r.object}: ${r.why}`),
  ...v.commands.flatMap((c) => (c.failed === undefined ? [] : [`- ${c.failed}`])),
  v.planned ? 'Its gate is open again.' : 'The plan no longer has this phase.',
];
