import {
  type Deployment,
  type Instant,
  isDeferred,
  itemStanding,
  itemsOf,
  liveDivergences,
  openBlockers,
  standing,
  successor,
} from '../workflow/index.ts';

/** What the plan rests on: which assumptions are proven and how, what was set aside, what rests on somebody's word. */
export type EvidenceReview = {
  readonly assumptions: readonly AssumptionReview[];
  /** Items that count at the gates and what they stand at; a change for the worse is shown again. */
  readonly standings: Readonly<Record<string, string>>;
  readonly retired: readonly {
    readonly name: string;
    readonly because: string;
    readonly by?: string;
    readonly failed: boolean;
  }[];
  readonly sources: readonly string[];
  readonly adjustments: readonly string[];
  readonly waivers: readonly string[];
  readonly open: readonly string[];
  readonly remarks: readonly string[];
  /** The oldest observation that counts, and the newest. */
  readonly seen?: { readonly oldest: Instant; readonly newest: Instant };
};

export type AssumptionReview = {
  readonly name: string;
  readonly impact: string;
  readonly about: readonly string[];
  readonly status: string;
  readonly how: string;
  readonly seen?: Instant;
};

export function evidenceOf(d: Deployment, now: Instant): EvidenceReview {
  const items = [...d.items.values()].filter((i) => i.kind !== 'source');
  const standings = items.map((item) => {
    const stands =
      item.kind === 'assumption'
        ? standing(d, item.subject, now, { via: 'tracer-bullet' })
        : itemStanding(d, item, now);
    return { item, stands, status: isDeferred(stands) ? 'deferred to a bullet' : stands.status };
  });
  const times = standings.flatMap(({ stands }) => stands.evidence?.seen ?? []).sort();
  const [oldest, newest] = [times[0], times.at(-1)];
  return {
    assumptions: standings.flatMap(({ item, stands, status }) =>
      item.kind !== 'assumption'
        ? []
        : [
            {
              name: item.name,
              impact: item.impact ?? '',
              about: item.about ?? [],
              status,
              how: stands.evidence === undefined ? stands.because : stands.evidence.asked,
              ...(stands.evidence === undefined ? {} : { seen: stands.evidence.seen }),
            },
          ],
    ),
    standings: Object.fromEntries(standings.map(({ item, status }) => [item.subject, status])),
    retired: [...d.retired.values()].map(({ item, because, replaced_by }) => {
      const live = successor(d, item.subject);
      const by = live === undefined ? replaced_by : (d.items.get(live)?.name ?? live);
      const failed = (d.observations.get(item.subject) ?? []).some((o) => o.verdict.status === 'fail');
      return { name: item.name, because, failed, ...(by === undefined ? {} : { by }) };
    }),
    sources: sourcesOf(d, now),
    adjustments: adjustmentsOf(d),
    waivers: d.waivers
      .filter((w) => w.until > now)
      .map((w) => `${w.check}${w.subject === undefined ? '' : ` (${w.subject})`}: ${w.because}, until ${w.until}`),
    open: [
      ...[...openBlockers(d, 'R', now), ...openBlockers(d, 'P', now)].map(
        (b) => `blocker (Gate ${b.gate}): ${b.because}`,
      ),
      ...standings
        .filter(({ item, status }) => item.kind !== 'assumption' && status !== 'pass')
        .map(
          ({ item, status, stands }) => `${item.name}: ${status}${status === 'missing' ? '' : ` (${stands.because})`}`,
        ),
    ],
    remarks: d.blockers.filter((b) => b.cause === 'rejected' || b.cause === 'revise').map((b) => b.because),
    ...(oldest === undefined || newest === undefined ? {} : { seen: { oldest, newest } }),
  };
}

function sourcesOf(d: Deployment, now: Instant): string[] {
  const sources = itemsOf(d, 'source').map((s) => {
    if (s.not_compared !== undefined) return `${s.name}: not compared, because ${s.not_compared}`;
    const stands = standing(d, s.subject, now);
    return `${s.name}: ${stands.status === 'pass' ? 'compared with the cluster' : stands.because}`;
  });
  if (sources.length > 0) return sources;
  const none = d.written.findLast((w) => w.what === 'sources');
  return [none === undefined ? 'none recorded' : `no outside sources: ${none.text}`];
}

/** HIGH and UNKNOWN divergences, each with how it was adjusted. */
function adjustmentsOf(d: Deployment): string[] {
  return liveDivergences(d).flatMap(({ subject }) => {
    const latest = d.observations.get(subject)?.at(-1);
    if (latest?.severity !== 'HIGH' && latest?.severity !== 'UNKNOWN') return [];
    const made = d.written.findLast((w) => w.what === 'adjustment' && w.about === subject);
    const how =
      made?.verified_by === undefined
        ? 'not adjusted'
        : `${made.text} (verified by ${'item' in made.verified_by ? `the evidence on ${made.verified_by.item}` : 'its manifests under the same rule'})`;
    return [`${latest.severity} ${subject.replace(/^divergence:/, '')}: ${how}`];
  });
}
