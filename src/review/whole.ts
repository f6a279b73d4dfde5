import { lineChanges, textOf } from '../plan/index.ts';
import { type Visible, visible } from '../workflow/index.ts';
import type { Review } from './index.ts';
import { MARK, titled } from './mark.ts';
import type { ObjectReview } from './object.ts';

/** All of the model, nothing of it cut: what `infragate show plan` pages through. */
export function reviewWhole(review: Review): Visible[] {
  const rows = (title: string, texts: readonly string[]): Visible[] =>
    texts.length === 0 ? [] : [visible(`${title}:`), ...texts.map((t) => visible(`  ${t}`)), visible('')];
  const facts = (o: ObjectReview): string[] => [
    `${MARK[o.danger]}${titled(o)} ${o.action}${o.namespace === undefined ? '' : ` in ${o.namespace}`}${o.why === undefined ? '' : ` (${o.why})`}`,
    ...[...o.changes, ...o.facts].map((f) => `   ${MARK[f.danger]}${f.text}`),
  ];
  const { plan, evidence: e } = review;
  return [
    ...rows(`Plan of ${plan.component} for ${plan.target} on ${plan.cluster}`, [
      `digest ${plan.digest}`,
      `revision ${plan.revision}`,
    ]),
    ...rows('Letters that deceive', review.deceptions),
    ...rows(
      'Effects',
      review.effects.map((f) => `${MARK[f.danger]}${f.text}`),
    ),
    ...rows(
      'Changes since a person decided',
      (review.since?.changes ?? []).map((c) => `${MARK[c.danger]}${c.text}`),
    ),
    ...rows('Objects', review.objects.flatMap(facts)),
    ...rows('Brought by others', review.observed),
    ...rows(
      'Commands',
      review.commands.flatMap((c) => [`${MARK[c.danger]}${c.where}:`, ...c.text.split('\n').map((t) => `     ${t}`)]),
    ),
    ...rows("Can't be read beforehand", review.unchecked),
    ...review.scripts.flatMap((s) => rows(`File ${s.path} (sha256 ${s.sha256})`, (s.text ?? '(no text)').split('\n'))),
    ...rows("Can't be undone", review.irreversible),
    ...rows(
      'A rollback',
      review.undone.map(
        (u) =>
          `phase ${u.phase}: ${u.object} ${u.outcome}${u.lost.length === 0 ? '' : ` (data lost: ${u.lost.join('; ')})`}`,
      ),
    ),
    ...rows('Left as it is by a rollback, or taken from others', review.leaves),
    ...rows('Rollback', [plan.rollback_strategy]),
    ...rows('Risks', plan.risks),
    ...rows('Secrets', review.secrets),
    ...rows('Quota left before this plan', review.quota),
    ...rows(
      'Success criteria',
      plan.phases.flatMap((p) => p.criteria.map((c) => `phase ${p.number} ${p.name}: ${c}`)),
    ),
    ...rows(
      'Assumptions',
      e.assumptions.map(
        (a) =>
          `${a.name}: ${a.status} (${a.how})${a.seen === undefined ? '' : `, seen ${a.seen}`}; about ${a.about.join(', ')}; if wrong: ${a.impact}`,
      ),
    ),
    ...rows(
      'Set aside',
      e.retired.map(
        (r) =>
          `${r.name}: ${r.by === undefined ? 'without a successor' : `replaced by ${r.by}`}${r.failed ? '; it had failed' : ''}; because ${r.because}`,
      ),
    ),
    ...rows('Sources', e.sources),
    ...rows('Divergences', e.adjustments),
    ...rows('Waived by a person', e.waivers),
    ...rows('What people said before', e.remarks),
    ...rows('Open', [...e.open, ...review.notes]),
  ];
}

/** The full difference: every object, live → dry run, as lines of YAML-like paths; nothing is left out. */
export function differenceLines(review: Review): Visible[] {
  return review.objects.flatMap((o) => {
    const [before, after] = [o.before === undefined ? '' : pretty(o.before), pretty(o.after)];
    const changed = lineChanges(before, after);
    const own = before === '' ? changed.filter((c) => c.sign === '+') : changed;
    return [
      visible(`--- ${titled(o)} ${o.action}${o.namespace === undefined ? '' : ` in ${o.namespace}`}`),
      ...own.map((c) => visible(`${c.sign} ${c.text}`)),
    ];
  });
}

/** Every object of the plan as it is applied, to page through. */
export const manifestLines = (review: Review): Visible[] =>
  review.objects.flatMap((o) => [
    visible(`--- ${titled(o)}`),
    ...pretty(o.after)
      .split('\n')
      .map((text) => visible(text)),
  ]);

const pretty = (value: unknown): string => JSON.stringify(value, sorted, 2) ?? textOf(value);
const sorted = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
