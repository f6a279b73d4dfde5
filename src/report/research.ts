import {
  type Deployment,
  type Instant,
  ITEM_KINDS,
  isDeferred,
  itemStanding,
  itemsOf,
  liveDivergences,
  shortDigest,
  standing,
} from '../workflow/index.ts';

/** What is assumed, how each stands, and what was written about it. */
export function researchReport(d: Deployment, now: Instant) {
  const items = ITEM_KINDS.flatMap((kind) =>
    itemsOf(d, kind).map((item) => {
      const stands =
        kind === 'assumption' ? standing(d, item.subject, now, { via: 'tracer-bullet' }) : itemStanding(d, item, now);
      return {
        id: item.id,
        kind,
        name: item.name,
        subject: item.subject,
        status: isDeferred(stands) ? 'deferred' : stands.status,
        because: stands.because,
        ...(item.about === undefined ? {} : { about: item.about, impact: item.impact }),
        ...(item.provided_by === undefined ? {} : { provided_by: item.provided_by }),
        ...(stands.evidence?.body === undefined ? {} : { evidence: shortDigest(stands.evidence.body) }),
      };
    }),
  );
  const divergences = liveDivergences(d).flatMap(({ subject }) => {
    const latest = d.observations.get(subject)?.at(-1);
    return latest === undefined ? [] : [{ id: subject, severity: latest.severity, message: latest.verdict.message }];
  });
  const retired = [...d.retired.values()].map((r) => ({
    subject: r.item.subject,
    because: r.because,
    replaced_by: r.replaced_by,
  }));
  const findings = d.written.findLast((w) => w.what === 'research')?.text;
  return { ...(findings === undefined ? {} : { findings }), items, divergences, retired };
}
