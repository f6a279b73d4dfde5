import type { Engine } from '../../engine/index.ts';
import { budgetReport, damagedWords, fixWords } from '../../report/index.ts';
import { type Deployment, type Instant, openRuns, position } from '../../workflow/index.ts';
import { type Child, el, link, section, time } from '../element.ts';
import type { Page } from '../page.ts';

/** Deployments that are over and still listed. */
const MOST_CLOSED = 20;

/** The board: who waits for a person first, then what is open, then what is over. */
export async function board(engine: Engine): Promise<Page> {
  const { deployments, damaged } = await engine.open();
  const now = engine.now();
  const waiting = deployments.filter((d) => waitsForPerson(d, now));
  const others = deployments.filter((d) => !waiting.includes(d));
  const closed = (await engine.latest(200)).filter((line) => line.closed !== '').slice(-MOST_CLOSED);
  const nothing = deployments.length === 0 && closed.length === 0;
  return {
    title: 'Deployments',
    live: '*',
    content: [
      damaged.length > 0 && el('p', { class: 'fail' }, damagedWords(damaged)),
      nothing && el('p', {}, 'There are no deployments yet. An agent begins one with start-deployment.'),
      section('waiting', 'Waiting for a person', ...waiting.map((d) => card(d, now, true))),
      section('open', 'Open', ...others.map((d) => card(d, now, false))),
      closed.length > 0 &&
        section(
          'closed',
          'Closed',
          el(
            'ul',
            {},
            ...closed
              .toReversed()
              .map((line) =>
                el(
                  'li',
                  {},
                  link(['d', line.id], '', line.id),
                  `: ${line.component} in ${line.namespace}, ${line.closed}`,
                ),
              ),
          ),
        ),
    ],
  };
}

/** A plan lies there that only a person can move on. */
export const waitsForPerson = (d: Deployment, now: Instant): boolean => {
  const { open } = position(d, now).gate;
  return open.length === 1 && open[0] === 'plan-approved' && d.plans.length > 0;
};

function card(d: Deployment, now: Instant, waits: boolean): Child {
  const at = position(d, now);
  const budget = budgetReport(d, now);
  const since = waits ? d.plans.at(-1)?.at : undefined;
  return el(
    'article',
    { class: waits ? 'card waits' : 'card' },
    el('h3', {}, link(['d', d.id], '', d.id), `: ${d.started.component} in ${d.target.namespace}`),
    since !== undefined &&
      el('p', {}, link(['d', d.id, 'review'], '', 'Review the plan and decide'), ', waiting since ', time(since)),
    el(
      'p',
      { class: 'quiet' },
      `Stage ${at.stage}; Gate ${at.gate.name} ${at.gate.passes ? 'passes' : `is open: ${at.gate.open.join(', ')}`}. ${budget.used_minutes} of ${budget.total_minutes} minutes used${budget.warning === undefined ? '' : `; ${budget.warning}`}.`,
    ),
    ...openRuns(d, now).map((run) => el('p', {}, `Running: ${run.tool} for ${run.client}, since `, time(run.begun))),
    at.next[0] !== undefined && !waits && el('p', { class: 'quiet' }, `Next: ${fixWords(at.next[0])}`),
  );
}
