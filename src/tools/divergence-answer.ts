import type { SourceName } from '../assumptions/index.ts';
import type { ClusterFacts, Divergence } from '../documents/index.ts';

type Reading = {
  readonly source: SourceName;
  readonly digest: string;
  readonly read_at: string;
  /** When it was read before with other content. */
  readonly changed: string | undefined;
  readonly understood: boolean;
};

const MOST_PLACES = 5;
const SUMMARY_CHARACTERS = 7000;
const SEVERITIES = ['HIGH', 'UNKNOWN', 'MEDIUM', 'LOW', 'NONE'] as const;

type Selection = { readonly rule?: string; readonly page?: number };

/** What the document takes for granted and how it is here. Its own words appear only as quotes, with their place. */
export function compared(
  found: readonly Divergence[],
  reading: Reading,
  facts: ClusterFacts,
  notes: readonly string[],
  { rule, page = 1 }: Selection = {},
): Record<string, unknown> {
  const chosen = rule === undefined ? found : found.filter((one) => one.rule === rule || one.id.startsWith(rule));
  const divergences = chosen.map((one) => ({
    id: one.id,
    feature: one.feature,
    divergence: one.divergence,
    upstream: {
      quote: one.upstream.text,
      places: one.upstream.places.slice(0, MOST_PLACES).map(({ part, heading, line }) => ({ part, heading, line })),
      ...(one.upstream.places.length > MOST_PLACES ? { more: one.upstream.places.length - MOST_PLACES } : {}),
    },
    local: one.local.text,
    evidence: one.local.evidence,
    rule: one.rule,
    adjustment: one.adjustment,
  }));
  const counts = SEVERITIES.map((severity) => ({
    severity,
    n: found.filter((one) => one.divergence === severity).length,
  })).filter(({ n }) => n > 0);
  const words = [
    `${reading.source.name}, read ${reading.read_at}: ${reading.understood ? '' : 'not compared, nothing in it could be read; '}${counts.length === 0 ? 'no divergences' : counts.map(({ severity, n }) => `${n} ${severity}`).join(', ')}`,
    ...(reading.changed === undefined ? [] : [`The document has changed since it was read ${reading.changed}.`]),
    ...(facts.unknown.length === 0 ? [] : [`Not seen here: ${facts.unknown.slice(0, 5).join('; ')}`]),
    ...notes.slice(0, 3),
    ...chosen
      .filter((one) => one.divergence !== 'NONE')
      .flatMap((one) => (rule === undefined ? [line(one)] : [line(one), ...everyPlace(one)])),
    ...(rule !== undefined && chosen.length === 0 ? [`${rule} found nothing in this document`] : []),
  ];
  return {
    divergences,
    source: {
      name: reading.source.name,
      subject: reading.source.subject,
      digest: reading.digest,
      read_at: reading.read_at,
      compared: reading.understood,
      ...(reading.changed === undefined ? {} : { changed_since: reading.changed }),
    },
    not_seen: facts.unknown,
    summary: paged(words, page),
  };
}

function line(one: Divergence): string {
  const place = one.upstream.places[0];
  const where =
    place === undefined
      ? ''
      : ` (${place.part}:${place.line}${one.upstream.places.length > 1 ? ` and ${one.upstream.places.length - 1} more places` : ''})`;
  return `- ${one.divergence} ${one.id}: ${one.feature}${where}: ${one.local.text} → ${one.adjustment}`;
}

/** Of one rule everything is said: each place, and what becomes of it. */
const everyPlace = (one: Divergence): string[] => [
  ...one.upstream.places.map(
    (place) => `  - ${place.part}:${place.line}${place.owner === undefined ? '' : ` (${place.owner})`}`,
  ),
  ...one.adjustments.map((text) => `  → ${text}`),
];

/** Lines in pages of a size that fits an answer; the last line says how the next one is had. */
export function paged(lines: readonly string[], page: number): string {
  const pages: string[][] = [[]];
  let length = 0;
  for (const text of lines.map((one) => one.slice(0, SUMMARY_CHARACTERS))) {
    if (length > 0 && length + text.length + 1 > SUMMARY_CHARACTERS) {
      pages.push([]);
      length = 0;
    }
    pages.at(-1)?.push(text);
    length += text.length + 1;
  }
  const shown = pages[page - 1];
  if (shown === undefined) return `there are ${pages.length} pages; page ${page} is not one of them`;
  if (pages.length === 1) return shown.join('\n');
  const next =
    page < pages.length ? `; the same call with page: ${page + 1} goes on, rule: "…" shows one rule whole` : '';
  return [...shown, `page ${page} of ${pages.length}${next}`].join('\n');
}
