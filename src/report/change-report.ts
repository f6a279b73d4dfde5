import { type Deployment, type Event, type Instant, plan } from '../workflow/index.ts';
import { statusReport } from './status.ts';
import { localTime } from './when.ts';
import { eventWords } from './words.ts';

/** A deployment as it is attached to a change ticket: what was deployed, who decided, what was seen, and when. */
export type ChangeReport = {
  readonly title: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly sections: readonly Section[];
};

export type Section = {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Said where there are no rows. */
  readonly none: string;
  /** Texts below the table, each with what it is: the plan, the evidence. */
  readonly texts: readonly { readonly title: string; readonly text: string }[];
};

/** Evidence longer than this is cut in the report; the record has all of it. */
const MOST_CHARACTERS = 20_000;

export type ChangeSource = {
  readonly deployment: Deployment;
  readonly events: readonly Event[];
  readonly now: Instant;
  /** The bodies that are kept: digest → text. */
  readonly bodies: ReadonlyMap<string, string>;
  /** The plan's summary, as the person was shown it. */
  readonly plan?: string;
  readonly offset_minutes?: number;
};

export function changeReport({
  deployment: d,
  events,
  now,
  bodies,
  offset_minutes,
  ...more
}: ChangeSource): ChangeReport {
  const when = (at: string) => localTime(at, offset_minutes);
  const { component, complexity, goal, workspace } = d.started;
  const current = plan(d);
  const first = events[0]?.at ?? now;
  const last = events.at(-1)?.at ?? now;
  return {
    title: `${d.id}: ${component} → ${d.target.namespace}`,
    facts: [
      ['Component', component],
      ['Namespace', d.target.namespace],
      ['Goal', goal ?? 'none was given'],
      ['Complexity', complexity],
      ['Workspace', workspace],
      ['From', when(first)],
      ['To', when(last)],
      ['State', d.closed === undefined ? 'open' : 'closed'],
      ['Plan', current === undefined ? 'none' : current.digest],
      ['Written', when(now)],
    ],
    sections: [
      gates(d, now),
      decisions(events, when),
      ...(more.plan === undefined ? [] : [planSection(more.plan)]),
      evidence(events, bodies, when),
      timeline(events, when),
    ],
  };
}

function gates(d: Deployment, now: Instant): Section {
  const rows = statusReport(d, now).gates.flatMap(({ gate, stage, passes, checks }) =>
    (checks ?? [{ check: '', status: 'not reached', because: '' }]).map((one) => [
      gate,
      stage,
      passes ? 'passes' : 'open',
      one.check,
      one.status,
      one.because,
    ]),
  );
  return section('Gates', ['Gate', 'Stage', 'Gate is', 'Check', 'Status', 'Because'], rows, 'There are none.');
}

function decisions(events: readonly Event[], when: (at: string) => string): Section {
  const rows = events.flatMap((e) => {
    const { fact, by } = e;
    if (fact.type !== 'decided' && fact.type !== 'waived' && fact.type !== 'abandoned') return [];
    const who = by.kind === 'person' ? (by.name ?? 'a person') : by.kind;
    return [[when(e.at), who, by.kind === 'person' ? by.assurance : '', eventWords(e)]];
  });
  return section('Decisions of people', ['When', 'Who', 'Assurance', 'What'], rows, 'Nobody has decided anything.');
}

const planSection = (text: string): Section => ({
  ...section('The plan, as it was shown', [], [], ''),
  texts: [{ title: 'Plan', text }],
});

function evidence(
  events: readonly Event[],
  bodies: ReadonlyMap<string, string>,
  when: (at: string) => string,
): Section {
  const seen = events.flatMap((e) => (e.fact.type === 'observed' ? [{ ...e, fact: e.fact }] : []));
  const texts = seen.flatMap(({ seq, fact }) => {
    const text = fact.body === undefined ? undefined : bodies.get(fact.body);
    return text === undefined ? [] : [{ title: `Evidence of event ${seq}: ${fact.subject}`, text: cut(text) }];
  });
  const rows = seen.map(({ seq, at, fact }) => [
    String(seq),
    when(at),
    fact.subject,
    fact.verdict.status,
    fact.verdict.reason,
    fact.verdict.message,
    fact.body?.slice(0, 12) ?? '',
  ]);
  return {
    ...section(
      'Evidence',
      ['#', 'When', 'Subject', 'Verdict', 'Reason', 'What was seen', 'Body'],
      rows,
      'Nothing was looked at.',
    ),
    texts,
  };
}

function timeline(events: readonly Event[], when: (at: string) => string): Section {
  const rows = events.map((e) => {
    const { by } = e;
    const who = by.kind === 'agent' ? by.client : by.kind === 'person' ? `person (${by.assurance})` : 'server';
    return [String(e.seq), when(e.at), who, eventWords(e)];
  });
  return section('Timeline', ['#', 'When', 'Who', 'What'], rows, 'Nothing happened.');
}

const section = (
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  none: string,
): Section => ({ title, head, rows, none, texts: [] });

/** JSON laid out for people; cut where it is long, and it says so. */
function cut(text: string): string {
  let laid = text;
  try {
    laid = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // it is no JSON
  }
  return laid.length <= MOST_CHARACTERS
    ? laid
    : `${laid.slice(0, MOST_CHARACTERS)}\n… ${laid.length - MOST_CHARACTERS} more characters are in the record`;
}
