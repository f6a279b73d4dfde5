import { BUDGET_MINUTES, type Deployment, type Event, SHARE, STAGES, type Stage } from '../workflow/index.ts';
import { attempts, attemptsByTool, failures } from './attempts.ts';
import { comparison } from './compare.ts';
import { clusterSpans, covered, personSpans, type Stretch, stretches } from './intervals.ts';
import { duration, list, oneLine, table } from './markdown.ts';
import { patterns } from './patterns.ts';
import { setbacks } from './setbacks.ts';

export type Narrative = {
  readonly went_well?: readonly string[] | undefined;
  readonly diverged?: readonly string[] | undefined;
  readonly unexpected?: readonly string[] | undefined;
  readonly helped?: readonly string[] | undefined;
  readonly missing?: readonly string[] | undefined;
  readonly learnings?: readonly { title: string; situation: string; advice: string }[] | undefined;
};

/** The figures of a retrospective, all computed from the events (they can be computed again from `infragate export`). */
export function figures(d: Deployment, events: readonly Event[]) {
  const parts = stretches(d.id, events);
  const by = (stage: Stage) => parts.filter((p) => p.stage === stage).reduce((sum, p) => sum + p.to - p.from, 0);
  const total = parts.reduce((sum, p) => sum + p.to - p.from, 0);
  const budget = BUDGET_MINUTES[d.started.complexity];
  const cluster = clusterSpans(events);
  const person = personSpans(events);
  const failed = failures(events);
  const firstPlan = events.find((e) => e.fact.type === 'planned')?.seq ?? Number.POSITIVE_INFINITY;
  return {
    total_ms: total,
    cluster_ms: covered(cluster),
    person_ms: covered(person),
    active_ms: Math.max(0, total - covered([...cluster, ...person])),
    stages: STAGES.map((stage) => ({
      stage,
      used_ms: by(stage),
      budget_minutes: budget[stage],
      share_percent: total === 0 ? 0 : Math.round((100 * by(stage)) / total),
      usual_share: SHARE[stage],
    })),
    stretches: parts,
    attempts: attemptsByTool(attempts(events)),
    failures: failed,
    setbacks: setbacks(events),
    saved_by_tracers: failed.filter((f) => f.gate === '0' && f.seq < firstPlan).length,
    returns: events.flatMap((e) =>
      e.fact.type === 'opened'
        ? [{ seq: e.seq, gate: e.fact.blocker.gate, cause: e.fact.blocker.cause, because: e.fact.blocker.because }]
        : [],
    ),
    refusals: events.flatMap((e) =>
      e.fact.type === 'refused' ? [{ seq: e.seq, tool: e.fact.tool, code: e.fact.code }] : [],
    ),
    waivers: d.waivers.map((w) => ({ check: w.check, because: w.because })),
    patterns: patterns(events),
  };
}

/** The retrospective as Markdown: what the record shows, then what the agent says, marked as the agent's. */
export function retrospective(
  d: Deployment,
  events: readonly Event[],
  narrative: Narrative,
  earlier: readonly Deployment[] = [],
): string {
  const f = figures(d, events);
  const how = d.closed === undefined ? 'still open' : d.closed.how;
  return [
    `# Retrospective: ${oneLine(d.started.component)} (${d.id}, ${how})`,
    d.closed?.because === undefined ? '' : `A person abandoned it: ${oneLine(d.closed.because)}`,
    `From the record: ${events.length} events, ${duration(f.total_ms)} in all: ${duration(f.active_ms)} of work, ${duration(f.cluster_ms)} waiting for the cluster, ${duration(f.person_ms)} for a person.`,
    '## Time by stage',
    table(
      ['stage', 'used', 'budget', 'share', 'usual share'],
      f.stages.map((s) => [
        s.stage,
        duration(s.used_ms),
        `${s.budget_minutes} min${s.used_ms > s.budget_minutes * 60_000 ? ' (over)' : ''}`,
        `${s.share_percent} %`,
        `${s.usual_share[0]}–${s.usual_share[1]} %`,
      ]),
    ),
    ...timeline(d, f.stretches),
    '## Attempts at the gates',
    f.attempts.length === 0
      ? 'None on record.'
      : table(
          ['gate', 'tool', 'runs', 'failed', 'because'],
          f.attempts.map((a) => [a.gate, a.tool, String(a.runs), String(a.failed), a.reasons.join(', ')]),
        ),
    '## What failed',
    f.setbacks.length === 0
      ? 'Nothing on record.'
      : table(
          ['gate', 'what', 'because', 'cost', 'settled', 'events'],
          f.setbacks.map((x) => [
            x.gate,
            x.what,
            x.because,
            duration(x.cost_ms),
            x.settled === undefined ? 'no' : `${x.settled.how} (event ${x.settled.seq})`,
            x.events.join(', '),
          ]),
        ),
    f.setbacks.length === 0
      ? ''
      : 'A cost runs from the begin of the run that found it to what settled it; costs overlap where several were open at once.',
    f.saved_by_tracers === 0 ? '' : `Tracer bullets found ${f.saved_by_tracers} of these before a plan was made.`,
    list(
      '## Returns',
      f.returns.map((r) => `event ${r.seq}: back to Gate ${r.gate} (${r.cause}): ${r.because}`),
    ),
    list(
      '## Refused calls',
      f.refusals.map((r) => `event ${r.seq}: ${r.tool}, ${r.code}`),
    ),
    list(
      '## Waivers',
      f.waivers.map((w) => `${w.check}: ${w.because}`),
    ),
    list(
      '## Failure patterns the record suggests',
      f.patterns.map((p) => `**${p.slug}**: ${p.because} (events ${p.events.slice(0, 12).join(', ')})`),
    ),
    comparison([...earlier, d]),
    told(narrative),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

function told(n: Narrative): string {
  const parts = [
    list('### Went well', n.went_well ?? []),
    list('### Diverged from the plan', n.diverged ?? []),
    list('### Unexpected', n.unexpected ?? []),
    list('### Skills that helped', n.helped ?? []),
    list('### Skills missing', n.missing ?? []),
    list(
      '### Learnings',
      (n.learnings ?? []).map((l) => `**${l.title}**: ${l.situation} → ${l.advice}`),
    ),
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : [TOLD, ...parts].join('\n\n');
}

const TOLD = "## In the agent's words";

/** What the agent said in a retrospective that was written: its last section. '' where it said nothing. */
export function toldIn(retrospective: string): string {
  const at = `\n${retrospective}`.indexOf(`\n${TOLD}\n`);
  return at < 0 ? '' : retrospective.slice(at).trim();
}

/** Stretch by stretch, as a table and as a picture. */
function timeline(d: Deployment, parts: readonly Stretch[]): string[] {
  if (parts.length === 0) return [];
  const instant = (ms: number) => new Date(ms).toISOString();
  return [
    '## Timeline',
    table(
      ['from', 'to', 'stage', 'time'],
      parts.map((p) => [instant(p.from), instant(p.to), p.stage, duration(p.to - p.from)]),
    ),
    gantt(d.id, parts),
  ];
}

const gantt = (id: string, parts: readonly Stretch[]): string =>
  [
    '```mermaid',
    'gantt',
    `  title ${id.replace(/[^\w -]/g, ' ')}`,
    '  dateFormat x',
    '  axisFormat %H:%M:%S',
    ...STAGES.flatMap((stage) => {
      const own = parts.filter((p) => p.stage === stage);
      return own.length === 0
        ? []
        : [
            `  section ${stage}`,
            ...own.map((p, i) => `  ${stage} ${i + 1} : ${p.from}, ${Math.max(p.to, p.from + 1)}`),
          ];
    }),
    '```',
  ].join('\n');
