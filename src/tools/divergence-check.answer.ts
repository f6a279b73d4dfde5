import { z } from 'zod';
import { lines, list } from './schema.ts';

const SEVERITIES = ['HIGH', 'UNKNOWN', 'MEDIUM', 'LOW', 'NONE'] as const;

const place = z.strictObject({ part: z.string(), heading: z.string(), line: z.number(), owner: z.string().optional() });

const divergence = z.strictObject({
  id: z.string(),
  feature: z.string(),
  divergence: z.enum(SEVERITIES),
  upstream: z.strictObject({ quote: z.string(), places: list(place), more: z.number().optional() }),
  local: z.string(),
  evidence: z.string(),
  rule: z.string(),
  adjustment: z.string(),
  adjustments: lines.optional().describe("with rule: each place's own"),
});

export const answer = z.strictObject({
  divergences: list(divergence),
  counts: list(z.strictObject({ severity: z.enum(SEVERITIES), n: z.number() })).describe('of the whole document'),
  source: z.strictObject({
    name: z.string(),
    subject: z.string(),
    digest: z.string(),
    read_at: z.string(),
    compared: z.boolean().describe('false: nothing in it could be read'),
    changed_since: z.string().optional(),
  }),
  not_seen: lines,
  notes: lines,
  rule: z.string().optional(),
  page: z.number().describe('of the text'),
});
export type Output = z.infer<typeof answer>;
type One = z.infer<typeof divergence>;

const MAX_NOT_SEEN = 5;
const MAX_NOTES = 3;
const PAGE_CHARACTERS = 7000;

export const counted = (found: readonly Pick<One, 'divergence'>[]): Output['counts'] =>
  SEVERITIES.map((severity) => ({ severity, n: found.filter((one) => one.divergence === severity).length })).filter(
    ({ n }) => n > 0,
  );

export function text({ source, counts, divergences, not_seen, notes, rule, page }: Output): string {
  const differs = divergences.filter((one) => one.divergence !== 'NONE');
  return paged(
    [
      `${source.name}, read ${source.read_at}: ${source.compared ? '' : 'not compared, nothing in it could be read; '}${counts.length === 0 ? 'no divergences' : counts.map(({ severity, n }) => `${n} ${severity}`).join(', ')}`,
      ...(source.changed_since === undefined
        ? []
        : [`The document has changed since it was read ${source.changed_since}.`]),
      ...(not_seen.length === 0 ? [] : [`Not seen here: ${not_seen.slice(0, MAX_NOT_SEEN).join('; ')}`]),
      ...notes.slice(0, MAX_NOTES),
      ...differs.flatMap((one) => (rule === undefined ? [line(one)] : [line(one), ...everyPlace(one)])),
      ...(rule !== undefined && divergences.length === 0 ? [`${rule} found nothing in this document`] : []),
    ],
    page,
  );
}

function line({ divergence: severity, id, feature, upstream, local, adjustment }: One): string {
  const [place] = upstream.places;
  const others = upstream.places.length + (upstream.more ?? 0) - 1;
  const more = others > 0 ? ` and ${others} more places` : '';
  const where = place === undefined ? '' : ` (${place.part}:${place.line}${more})`;
  return `- ${severity} ${id}: ${feature}${where}: ${local} → ${adjustment}`;
}

/** Of one rule everything is listed: each place, and what becomes of it. */
const everyPlace = ({ upstream, adjustments = [] }: One): string[] => [
  ...upstream.places.map(({ part, line: at, owner }) => `  - ${part}:${at}${owner === undefined ? '' : ` (${owner})`}`),
  ...adjustments.map((one) => `  → ${one}`),
];

/** Lines in pages of a size that fits an answer; the last line names the call for the next one. */
export function paged(all: readonly string[], page: number): string {
  const pages: string[][] = [[]];
  let length = 0;
  for (const one of all.map((text) => text.slice(0, PAGE_CHARACTERS))) {
    if (length > 0 && length + one.length + 1 > PAGE_CHARACTERS) {
      pages.push([]);
      length = 0;
    }
    pages.at(-1)?.push(one);
    length += one.length + 1;
  }
  const shown = pages[page - 1];
  if (shown === undefined) return `there are ${pages.length} pages; page ${page} is not one of them`;
  if (pages.length === 1) return shown.join('\n');
  const next =
    page < pages.length ? `; the same call with page: ${page + 1} goes on, rule: "…" shows one rule whole` : '';
  return [...shown, `page ${page} of ${pages.length}${next}`].join('\n');
}
