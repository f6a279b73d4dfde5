import { z } from 'zod';
import { ITEM_KINDS } from '../workflow/index.ts';
import { lines, list } from './schema.ts';

export const answer = z.strictObject({
  items: list(
    z.strictObject({
      id: z.string(),
      kind: z.enum(ITEM_KINDS),
      name: z.string(),
      subject: z.string(),
      provided_by: z.literal('plan').optional(),
      about: lines.optional(),
    }),
  ),
  retired: list(
    z.strictObject({
      subject: z.string(),
      replaced_by: z.string().optional(),
      still_owed: z.string().optional().describe('what a failed bullet about it still asks for'),
    }),
  ),
  shown: list(
    z.strictObject({ subject: z.string(), status: z.enum(['PASS', 'FAIL', 'UNKNOWN']), message: z.string() }),
  ),
  adjustments: lines.describe('divergences with an adjustment'),
  notes: lines,
});
export type Output = z.infer<typeof answer>;

const MAX_ITEMS = 30;

export function text({ items, retired, shown, adjustments, notes }: Output): string {
  const counted = new Map<string, number>();
  for (const { kind } of items) counted.set(kind, (counted.get(kind) ?? 0) + 1);
  return [
    ...(counted.size === 0 ? [] : [`Recorded: ${[...counted].map(([kind, n]) => `${n} ${kind}`).join(', ')}.`]),
    ...items
      .slice(0, MAX_ITEMS)
      .map((i) => `- ${i.id}: ${i.name}${i.provided_by === undefined ? '' : ' (provided by the plan)'}`),
    ...retired.map(({ subject, replaced_by, still_owed }) =>
      [
        `- retired ${subject}`,
        ...(replaced_by === undefined ? [] : [`, replaced by ${replaced_by}`]),
        ...(still_owed === undefined ? [] : [`; ${still_owed}`]),
      ].join(''),
    ),
    ...shown.map(({ subject, status, message }) => `- ${subject}: ${status} ${message}`),
    ...notes,
    ...adjustments.map((divergence) => `- adjustment for ${divergence}`),
    'Recorded is not verified: cluster-reality-check looks.',
  ].join('\n');
}
