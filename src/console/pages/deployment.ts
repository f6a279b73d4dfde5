import type { Engine } from '../../engine/index.ts';
import { eventWords, fixWords, retrospective, statusReport } from '../../report/index.ts';
import {
  type Deployment,
  type Event,
  GATES,
  gateStanding,
  type Instant,
  phases,
  position,
  type Result,
} from '../../workflow/index.ts';
import { type Child, el, link, list, section, time } from '../element.ts';
import type { Page } from '../page.ts';
import { timelinePicture } from '../picture.ts';
import { waitsForPerson } from './board.ts';
import { abandonForm, noPasskey, waiveForm } from './decide.ts';

/** One deployment: where it stands, and every claim with the evidence it rests on. */
export async function deploymentPage(
  engine: Engine,
  d: Deployment,
  events: readonly Event[],
  passkeys: { readonly rpId: string; readonly some: boolean },
): Promise<Page> {
  const now = engine.now();
  const status = statusReport(d, now);
  const at = position(d, now);
  const waits = waitsForPerson(d, now);
  return {
    title: `${d.started.component} in ${d.target.namespace}`,
    live: d.id,
    content: [
      el(
        'p',
        {},
        `${d.id}, on ${d.target.context} (${d.target.server}). Stage ${at.stage}. ${status.budget.used_minutes} of ${status.budget.total_minutes} minutes used${status.budget.warning === undefined ? '' : `; ${status.budget.warning}`}.`,
        d.started.goal !== undefined && ` ${d.started.goal}`,
      ),
      waits &&
        el(
          'p',
          { class: 'card waits' },
          'A plan waits for a person: ',
          link(['d', d.id, 'review'], '', 'review it and decide'),
        ),
      section('blockers', 'Blockers', list(status.blockers.map((b) => `Gate ${b.gate}, ${b.cause}: ${b.because}`))),
      section(
        'running',
        'Running now',
        list(status.runs.map((run) => [`${run.tool} for ${run.client}, since `, time(run.begun)])),
      ),
      section('gates', 'Gates', ...GATES.map((gate) => gateContent(d, now, gate))),
      section('phases', 'Phases', list(phases(d).map((p) => phaseContent(d, p)))),
      section('bullets', 'Tracer bullets', list(bulletsOf(d))),
      section('plans', 'Plan revisions', list(d.plans.map((p, index) => planContent(d, p, index)))),
      section('decisions', 'What people decided', list(peopleOf(events))),
      section(
        'timeline',
        'Timeline',
        timelinePicture(events),
        el('p', {}, link(['d', d.id, 'timeline'], '', `All ${events.length} events`)),
      ),
      section(
        'refused',
        'Refused calls',
        list(d.refusals.map((r) => [time(r.at), ` ${r.tool}: ${r.code}. ${r.because}`])),
      ),
      section(
        'learnings',
        'Learnings',
        list(d.written.filter((w) => w.what === 'learning').map((w) => `${w.title ?? ''}: ${w.advice ?? w.text}`)),
      ),
      section('retrospective', 'Retrospective', await writtenContent(engine, d, 'retro', retrospective(d, events, {}))),
      section('documentation', 'Documentation', await writtenContent(engine, d, 'documentation')),
      d.closed === undefined && personsContent(d, now, passkeys),
    ],
  };
}

function gateContent(d: Deployment, now: Instant, gate: (typeof GATES)[number]): Child {
  const { passes, checks } = gateStanding(gate, d, now);
  return el(
    'details',
    { id: `gate-${gate.name}`, class: 'card', open: !passes && checks.some((c) => c.status !== 'missing') },
    el(
      'summary',
      {},
      el('span', { class: `mark ${passes ? 'pass' : 'missing'}` }, passes ? 'passes' : 'open'),
      `Gate ${gate.name} (${gate.stage})`,
    ),
    list(
      checks.map((check) => [
        el('span', { class: `mark ${check.status}` }, check.status),
        `${check.check}: ${check.because}`,
        check.fix[0] !== undefined && ` → ${fixWords(check.fix[0])}`,
        list(check.results.filter((r) => r.subject !== undefined).map((r) => resultContent(d, r))),
      ]),
      { class: 'plain' },
    ),
  );
}

function resultContent(d: Deployment, { status, subject = '', because }: Result): Child {
  const body = d.observations.get(subject)?.at(-1)?.body;
  return [
    el('span', { class: `mark ${status}` }, status),
    body === undefined ? subject : link(['evidence', body], '', subject),
    `: ${because}`,
  ];
}

function phaseContent(d: Deployment, p: ReturnType<typeof phases>[number]): Child {
  const stands = p.latest?.verdict.status ?? (p.applied ? 'applied, not proven' : 'not begun');
  const body = p.latest?.body;
  return [
    `Phase ${p.number} ${p.name}: `,
    body === undefined ? stands : link(['evidence', body], '', stands),
    p.latest !== undefined && p.latest.verdict.status !== 'pass' && ` (${p.latest.verdict.message})`,
    p.committed !== undefined && `, commit ${p.committed.slice(0, 12)}`,
    list(
      d.placements
        .filter((placed) => placed.purpose === 'phase' && placed.phase === p.number)
        .map((placed) => `${placed.object.kind}/${placed.object.name} ${placed.state}`),
    ),
  ];
}

function bulletsOf(d: Deployment): Child[] {
  const seen = [...d.observations.values()].flat().filter((o) => o.via === 'tracer-bullet');
  return seen
    .toSorted((a, b) => a.seq - b.seq)
    .map((o) => [
      el('span', { class: `mark ${o.verdict.status}` }, o.verdict.status),
      o.body === undefined ? o.subject : link(['evidence', o.body], '', o.subject),
      `: ${o.verdict.message}`,
    ]);
}

function planContent(d: Deployment, plan: Deployment['plans'][number], index: number): Child {
  const decided = d.decisions.filter((x) => x.digest === plan.digest && x.seq > plan.seq);
  const before = d.plans[index - 1];
  return [
    `Revision ${index + 1}, `,
    time(plan.at),
    ': ',
    link(['evidence', plan.body], '', plan.digest.slice(7, 19)),
    `, ${plan.phases.length} phases. `,
    decided.map((x) => `${x.choice}${x.remark === undefined ? '' : ` (${x.remark})`}. `).join(''),
    before !== undefined &&
      before.digest !== plan.digest &&
      link(['d', d.id, 'revisions', String(index), String(index + 1)], '', `Compare with revision ${index}`),
  ];
}

function peopleOf(events: readonly Event[]): Child[] {
  return events.flatMap((event): Child[] => {
    const { by, fact } = event;
    if (by.kind !== 'person' || fact.type === 'opened') return [];
    const separation = by.separation === undefined ? '' : `, ${by.separation}`;
    const proof = 'assertion' in fact ? fact.assertion : undefined;
    return [
      [
        time(event.at),
        ` ${by.name ?? 'a person'} (${by.assurance}${separation}): ${eventWords(event)} `,
        proof !== undefined && link(['evidence', proof], '', 'the passkey’s answer'),
      ],
    ];
  });
}

async function writtenContent(
  engine: Engine,
  d: Deployment,
  what: 'retro' | 'documentation',
  otherwise?: string,
): Promise<Child> {
  const written = d.written.findLast((w) => w.what === what);
  const stored = written?.body === undefined ? undefined : await engine.evidence(written.body);
  const text = stored?.text ?? written?.text ?? (d.closed === undefined ? undefined : otherwise);
  return text === undefined
    ? undefined
    : el('details', { id: what }, el('summary', {}, 'Read it'), el('pre', { tabindex: 0, 'aria-label': what }, text));
}

function personsContent(d: Deployment, now: Instant, { rpId, some }: { rpId: string; some: boolean }): Child {
  if (!some) return section('person', 'What only a person does', noPasskey(rpId));
  const open = GATES.flatMap((gate) => gateStanding(gate, d, now).checks.map((check) => ({ gate, check })))
    .filter(({ gate, check }) => gate.checks.some((c) => c.name === check.check && c.waivable))
    .filter(({ check }) => check.status !== 'pass' && check.status !== 'waived')
    .map(({ check }) => check.check);
  return section(
    'person',
    'What only a person does',
    el(
      'details',
      { id: 'waive' },
      el('summary', {}, 'Waive a check'),
      waiveForm(d.id, open) ?? el('p', {}, 'Nothing is open that can be waived.'),
    ),
    el('details', { id: 'abandon' }, el('summary', {}, 'Abandon this deployment'), abandonForm(d.id)),
  );
}

/** Every event, in order. */
export const timelinePage = (d: Deployment, events: readonly Event[]): Page => ({
  title: `Timeline of ${d.id}`,
  live: d.id,
  content: [
    timelinePicture(events),
    el(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'All events' },
      el(
        'table',
        {},
        el('thead', {}, el('tr', {}, ...['#', 'When', 'Who', 'What'].map((h) => el('th', { scope: 'col' }, h)))),
        el('tbody', {}, ...events.map(eventRow)),
      ),
    ),
  ],
});

function eventRow(event: Event): Child {
  const { by, fact } = event;
  const who =
    by.kind === 'agent' ? by.client : by.kind === 'person' ? `${by.name ?? 'person'} (${by.assurance})` : 'server';
  const body = 'body' in fact ? fact.body : undefined;
  const words = eventWords(event);
  return el(
    'tr',
    {},
    el('td', {}, event.seq),
    el('td', {}, time(event.at)),
    el('td', {}, who),
    el('td', {}, body === undefined ? words : link(['evidence', body], '', words)),
  );
}
