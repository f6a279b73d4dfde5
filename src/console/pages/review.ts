import type { Engine } from '../../engine/index.ts';
import {
  alarms,
  differenceLines,
  type ObjectReview,
  type Review,
  reviewLines,
  reviewWhole,
} from '../../review/index.ts';
import { type Child, el, list, section } from '../element.ts';

/** The review as a page: what is most dangerous first, every object with what changes, and all of it to unfold. */
export function reviewContent(review: Review, summary: readonly string[]): Child[] {
  const { plan, evidence } = review;
  const first = alarms(review);
  return [
    el(
      'p',
      {},
      `${plan.phases.length} phases, ${review.objects.length} objects, ${review.commands.length} commands, for ${plan.target} on ${plan.cluster}; revision ${plan.revision}${plan.estimated_minutes === undefined ? '' : `, about ${plan.estimated_minutes} minutes`}.`,
    ),
    section('first', 'Look at first', list(first.map(marked))),
    section('since', ...sinceContent(review)),
    section('effects', 'Effects on what is there', list(review.effects.map((f) => dangerous(f.danger, f.text)))),
    section('objects', `Objects (${review.objects.length})`, ...review.objects.map(objectContent)),
    section('others', 'Brought by others', list(review.observed)),
    section(
      'commands',
      `Commands (${review.commands.length})`,
      list(
        review.commands.map((c) => [
          dangerous(c.danger, `${c.where}${c.what.length === 0 ? '' : ` (${c.what.join(', ')})`}:`),
          el('pre', {}, c.text),
        ]),
        { class: 'plain' },
      ),
    ),
    section('unread', "Can't be read beforehand", list(review.unchecked)),
    section('irreversible', "Can't be undone", list(review.irreversible)),
    section(
      'rollback',
      'Rollback',
      el('p', {}, plan.rollback_strategy),
      list(
        review.undone.map((u) =>
          dangerous(
            u.lost.length > 0 ? 3 : 0,
            `phase ${u.phase}: ${u.object} ${u.outcome}${u.lost.length > 0 ? `, data lost: ${u.lost.join('; ')}` : ''}`,
          ),
        ),
      ),
      list(review.leaves),
    ),
    section('risks', 'Risks', list(plan.risks)),
    section('secrets', 'Secrets', list(review.secrets)),
    section('quota', 'Quota left before this plan', list(review.quota)),
    section(
      'assumptions',
      'Assumptions, and what proves them',
      list(
        evidence.assumptions.map((a) => [
          el('span', { class: `mark ${a.status}` }, a.status),
          `${a.name} (${a.how})${a.impact === '' ? '' : `; if wrong: ${a.impact}`}`,
        ]),
        { class: 'plain' },
      ),
    ),
    section('sources', 'Sources', list(evidence.sources)),
    section('divergences', 'Divergences and their adjustments', list(evidence.adjustments)),
    section('waived', 'Waived by a person', list(evidence.waivers)),
    section('remarks', 'What people said before', list(evidence.remarks)),
    section('notes', 'Open', list([...evidence.open, ...review.notes])),
    section(
      'whole',
      'All of it',
      unfolded('text', 'The review as text, as a terminal and a form show it', summary.join('\n')),
      unfolded('model', 'The whole model: nothing cut', reviewWhole(review).join('\n')),
      unfolded('difference', 'The full difference: live → dry run', differenceLines(review).join('\n')),
    ),
  ];
}

const unfolded = (id: string, title: string, text: string): Child =>
  el('details', { id }, el('summary', {}, title), el('pre', { tabindex: 0, 'aria-label': title }, text));

function sinceContent({ since, plan }: Review): [string, ...Child[]] {
  if (since === undefined)
    return ['Since a person decided', el('p', {}, 'No person has decided about an earlier plan: everything is new.')];
  const same = since.digest === plan.digest ? 'nothing changed in the plan.' : 'only how it is written down.';
  return [
    `Since a person decided (${since.choice}, ${since.at})`,
    since.changes.length === 0 ? el('p', {}, same) : list(since.changes.map((c) => dangerous(c.danger, c.text))),
  ];
}

const WORDS = { 3: 'danger', 2: 'look', 1: 'note', 0: '' } as const;

const dangerous = (danger: 0 | 1 | 2 | 3, text: string): Child =>
  danger < 2 ? text : [el('span', { class: `mark d${danger}` }, WORDS[danger]), text];

/** A line of the terminal's review, its mark as a word. */
const marked = (line: string): Child =>
  dangerous(line.startsWith('!! ') ? 3 : line.startsWith('!  ') ? 2 : 0, line.replace(/^(?:!! |! {2}| {3})/, ''));

function objectContent(o: ObjectReview, index: number): Child {
  const facts = [...o.changes, ...o.facts].toSorted((a, b) => b.danger - a.danger);
  return el(
    'article',
    { class: 'card' },
    el(
      'h3',
      {},
      `${o.name} `,
      el('span', { class: 'quiet' }, `${o.action}, phase ${o.phase}${o.why === undefined ? '' : `: ${o.why}`}`),
    ),
    list(facts.map((f) => dangerous(f.danger, f.text))),
    unfolded(`object-${index}`, 'The manifest', JSON.stringify(o.after, null, 2)),
  );
}

/** What was kept under the review's digest; undefined: it isn't on record. */
export async function reviewAt(engine: Engine, digest: string): Promise<Review | undefined> {
  const stored = await engine.evidence(digest);
  return stored === undefined ? undefined : (JSON.parse(stored.text) as Review);
}

/** The text of the review, without a look at the cluster. */
export const summaryOf = (review: Review, now: string): readonly string[] =>
  reviewLines(review, { now, lookedAt: now, fresh: true });
