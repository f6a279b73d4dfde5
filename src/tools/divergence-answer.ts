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

/** What the document takes for granted and how it is here. Its own words appear only as quotes, with their place. */
export function compared(
  found: readonly Divergence[],
  reading: Reading,
  facts: ClusterFacts,
  notes: readonly string[],
): Record<string, unknown> {
  const divergences = found.map((one) => ({
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
    ...found.filter((one) => one.divergence !== 'NONE').map(line),
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
    summary: cut(words),
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

function cut(words: readonly string[]): string {
  let length = 0;
  const kept: string[] = [];
  for (const word of words) {
    length += word.length + 1;
    if (length > SUMMARY_CHARACTERS)
      return [...kept, `… and ${words.length - kept.length} more, in the structured answer`].join('\n');
    kept.push(word);
  }
  return kept.join('\n');
}
