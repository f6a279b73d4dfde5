import { BUDGET_MINUTES, type Deployment, type Event, SHARE, STAGES, type Stage } from '../workflow/index.ts';
import { attempts, failures } from './attempts.ts';
import { clusterTime, personTime, stretches } from './intervals.ts';
import { patterns } from './patterns.ts';

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
  const cluster = clusterTime(events);
  const person = personTime(events);
  const failed = failures(events);
  const firstPlan = events.find((e) => e.fact.type === 'planned')?.seq ?? Number.POSITIVE_INFINITY;
  return {
    total_ms: total,
    cluster_ms: cluster,
    person_ms: person,
    active_ms: Math.max(0, total - cluster - person),
    stages: STAGES.map((stage) => ({
      stage,
      used_ms: by(stage),
      budget_minutes: budget[stage],
      share_percent: total === 0 ? 0 : Math.round((100 * by(stage)) / total),
      usual_share: SHARE[stage],
    })),
    stretches: parts,
    attempts: attempts(events),
    failures: failed,
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
export function retrospective(d: Deployment, events: readonly Event[], narrative: Narrative): string {
  const f = figures(d, events);
  return [
    `# Retrospective: ${d.started.component} (${d.id})`,
    `From the record: ${events.length} events, ${duration(f.total_ms)} in all: ${duration(f.active_ms)} of work, ${duration(f.cluster_ms)} waiting for the cluster, ${duration(f.person_ms)} for a person.`,
    '## Time by stage',
    table(
      ['stage', 'used', 'budget', 'share', 'usual share'],
      f.stages.map((s) => [
        s.stage,
        duration(s.used_ms),
        `${s.budget_minutes} min`,
        `${s.share_percent} %`,
        `${s.usual_share[0]}–${s.usual_share[1]} %`,
      ]),
    ),
    gantt(d, f.stretches),
    '## Attempts at the gates',
    f.attempts.length === 0
      ? 'None on record.'
      : table(
          ['gate', 'tool', 'runs', 'failed'],
          f.attempts.map((a) => [a.gate, a.tool, String(a.runs), String(a.failed)]),
        ),
    '## What failed',
    f.failures.length === 0
      ? 'Nothing on record.'
      : table(
          ['gate', 'event', 'what', 'because'],
          f.failures.map((x) => [x.gate, String(x.seq), x.what, x.because]),
        ),
    f.saved_by_tracers > 0 ? `Tracer bullets found ${f.saved_by_tracers} of these before a plan was made.` : '',
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
    told(narrative),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
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
  return parts.length === 0 ? '' : ["## In the agent's words", ...parts].join('\n\n');
}

const gantt = (d: Deployment, parts: readonly { stage: Stage; from: number; to: number }[]): string =>
  parts.length === 0
    ? ''
    : [
        '```mermaid',
        'gantt',
        `  title ${d.id.replace(/[^\w -]/g, ' ')}`,
        '  dateFormat x',
        '  axisFormat %H:%M',
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

const list = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `${title}\n\n${lines.map((l) => `- ${oneLine(l)}`).join('\n')}`;

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '---').join('|')}|`,
    ...rows.map((r) => `| ${r.map((c) => oneLine(c).replaceAll('|', '\\|')).join(' | ')} |`),
  ].join('\n');

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 300);

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 90_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${(ms / 60_000).toFixed(1)} min`;
}
