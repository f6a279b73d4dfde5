import type { Engine } from '../../engine/index.ts';
import { differenceText, type LoadedPlan, planDifference } from '../../plan/index.ts';
import type { Deployment } from '../../workflow/index.ts';
import { type Child, el } from '../element.ts';
import type { Page } from '../page.ts';

/** Two revisions of a plan side by side, and what differs between them. */
export async function revisionsPage(
  engine: Engine,
  d: Deployment,
  left: number,
  right: number,
): Promise<Page | undefined> {
  const [before, after] = [await planOf(engine, d, left), await planOf(engine, d, right)];
  if (before === undefined || after === undefined) return undefined;
  return {
    title: `Revisions ${left} and ${right} of ${d.id}`,
    content: [
      el('h2', {}, 'What differs'),
      el(
        'pre',
        { tabindex: 0, 'aria-label': 'What differs' },
        differenceText(planDifference(before, after)) || 'Only how it is written down.',
      ),
      el('div', { class: 'sides' }, side(`Revision ${left}`, before), side(`Revision ${right}`, after)),
    ],
  };
}

const side = (title: string, { plan }: LoadedPlan): Child =>
  el(
    'section',
    {},
    el('h2', {}, title),
    el('pre', { tabindex: 0, 'aria-label': title }, JSON.stringify(plan, null, 2)),
  );

async function planOf(engine: Engine, d: Deployment, revision: number): Promise<LoadedPlan | undefined> {
  const planned = d.plans[revision - 1];
  const stored = planned === undefined ? undefined : await engine.evidence(planned.body);
  return stored === undefined ? undefined : (JSON.parse(stored.text) as { loaded: LoadedPlan }).loaded;
}
