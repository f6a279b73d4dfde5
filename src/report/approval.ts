import { type Deployment, liveDivergences } from '../workflow/index.ts';
import { list } from './markdown.ts';

/**
 * What a person is shown before deciding about a plan: its summary, and whatever the record holds that rests on
 * somebody's word rather than on something seen. Markdown.
 */
export function approvalReport(d: Deployment, planSummary: string): string {
  const remarks = d.blockers.filter((b) => b.cause === 'rejected' || b.cause === 'revise').map((b) => b.because);
  const waivers = d.waivers.map(
    (w) => `${w.check}${w.subject === undefined ? '' : ` (${w.subject})`}: ${w.because}, until ${w.until}`,
  );
  const notCompared = [...d.items.values()].flatMap((i) =>
    i.not_compared === undefined ? [] : [`${i.name}: ${i.not_compared}`],
  );
  const setAside = [...d.retired.values()].flatMap((r) =>
    r.replaced_by === undefined ? [`${r.item.name}: ${r.because}`] : [],
  );
  return [
    planSummary,
    list('### What people said before', remarks),
    list('### Waived', waivers),
    list('### Sources not compared with the cluster', notCompared),
    list('### Divergences, and how each was adjusted', adjustments(d)),
    list('### Assumed once, and set aside without a replacement', setAside),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** HIGH and UNKNOWN ones: each holds Gate R until its adjustment is verified. */
function adjustments(d: Deployment): string[] {
  return liveDivergences(d).flatMap(({ subject }) => {
    const severity = d.observations.get(subject)?.at(-1)?.severity;
    const made = d.written.findLast((w) => w.what === 'adjustment' && w.about === subject);
    if ((severity !== 'HIGH' && severity !== 'UNKNOWN') || made?.verified_by === undefined) return [];
    const by =
      'item' in made.verified_by ? `the evidence on ${made.verified_by.item}` : 'its manifests under the same rule';
    return [`${severity} ${subject.replace(/^divergence:/, '')}: ${made.text} (verified by ${by})`];
  });
}
