import type { SourceName } from '../assumptions/index.ts';
import type { ClusterFacts, Divergence } from '../documents/index.ts';
import { defined } from '../workflow/defined.ts';
import { counted, type Output } from './divergence-check.answer.ts';

type Reading = {
  readonly source: SourceName;
  readonly digest: string;
  readonly read_at: string;
  /** When it was read before with other content. */
  readonly changed: string | undefined;
  readonly understood: boolean;
};

const MAX_PLACES = 5;

type Selection = { readonly rule?: string; readonly page?: number };
type One = Output['divergences'][number];
type Place = One['upstream']['places'][number];

/** What the document takes for granted and how it is here. Its own words appear only as quotes, with their place. */
export function compared(
  found: readonly Divergence[],
  { source, ...reading }: Reading,
  facts: ClusterFacts,
  notes: readonly string[],
  { rule, page = 1 }: Selection = {},
): Output {
  const chosen = rule === undefined ? found : found.filter((one) => one.rule === rule || one.id.startsWith(rule));
  return defined<Output>({
    divergences: chosen.map((one) => shown(one, rule !== undefined)),
    counts: counted(found),
    source: defined<Output['source']>({
      name: source.name,
      subject: source.subject,
      digest: reading.digest,
      read_at: reading.read_at,
      compared: reading.understood,
      changed_since: reading.changed,
    }),
    not_seen: facts.unknown,
    notes,
    rule,
    page,
  });
}

/** Of one rule every place is listed; else the first ones. */
function shown(
  { id, feature, divergence, upstream, local, rule, adjustment, adjustments }: Divergence,
  whole: boolean,
): One {
  const places = whole ? upstream.places : upstream.places.slice(0, MAX_PLACES);
  const more = upstream.places.length - places.length;
  return defined<One>({
    id,
    feature,
    divergence,
    upstream: defined<One['upstream']>({
      quote: upstream.text,
      places: places.map(({ part, heading, line, owner }) =>
        defined<Place>({ part, heading, line, owner: whole ? owner : undefined }),
      ),
      more: more > 0 ? more : undefined,
    }),
    local: local.text,
    evidence: local.evidence,
    rule,
    adjustment,
    adjustments: whole ? adjustments : undefined,
  });
}
