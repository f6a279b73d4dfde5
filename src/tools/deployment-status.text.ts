import { damagedWords } from '../report/status.ts';
import { fixWords } from '../report/words.ts';
import type { Evidence, Listed, Output, PlanShown, Research, Status, Timeline } from './deployment-status.answer.ts';
import { excerpt } from './schema.ts';

const MARK = { pass: '✓', waived: '~', fail: '✗', missing: '·', unknown: '?', stale: '!' } as const;
const SHORT_COMMIT = 12;
const MAX_LISTED = 20;
const EVIDENCE_CHARACTERS = 6_000;

/** The words of each thing that deployment-status shows; resources of the MCP channel show the same. */
export function text(v: Output): string {
  if ('gates' in v) return statusText(v);
  if ('items' in v) return researchText(v);
  if ('events' in v) return timelineText(v);
  if ('deployments' in v) return listText(v);
  return 'truncated' in v ? evidenceText(v) : planText(v);
}

export const statusText = (v: Status): string =>
  [
    `# ${v.deployment}: ${v.component} → ${v.target.namespace}${v.goal === undefined ? '' : ` (${v.goal})`}`,
    `Stage: ${v.stage}. Budget: ${v.budget.used_minutes} of ${v.budget.total_minutes} min used${v.budget.warning === undefined ? '' : `; ${v.budget.warning}`}.`,
    ...v.gates.flatMap(gateLines),
    ...v.phases.map(
      (p) =>
        `Phase ${p.phase} ${p.name}: ${p.status}${p.commit === undefined ? '' : `, commit ${p.commit.slice(0, SHORT_COMMIT)}`}`,
    ),
    ...v.blockers.map((b) => `Blocker ${b.id} (Gate ${b.gate}): ${b.because}`),
    ...v.runs.map((r) => `Running: ${r.tool} (${r.run}) since ${r.begun}`),
    ...(v.kept.length > 0 ? [`Kept tracer objects: ${v.kept.join(', ')}`] : []),
  ].join('\n');

const gateLines = ({ gate, stage, passes, checks = [] }: Status['gates'][number]): string[] => [
  `Gate ${gate} (${stage}): ${passes ? 'passes' : 'open'}`,
  ...checks
    .filter((c) => !passes || c.status === 'waived')
    .map(
      ({ status, check, because, fix: [first] }) =>
        `  ${MARK[status]} ${check}: ${because}${first === undefined ? '' : ` → ${fixWords(first)}`}`,
    ),
];

export const researchText = (v: Research): string =>
  [
    v.findings ?? 'No findings recorded.',
    ...v.items.map((i) => `- ${i.id} ${i.name}: ${i.status}${i.status === 'pass' ? '' : ` (${i.because})`}`),
    ...v.divergences.map((one) => `- divergence ${one.id}: ${one.severity} ${one.message}`),
    ...v.retired.map((r) => `- retired ${r.subject}: ${r.because}`),
  ].join('\n');

export const planText = (v: PlanShown): string =>
  v.digest === undefined
    ? 'No valid plan has been submitted.'
    : [v.plan ?? '', ...v.phases.map((p) => `Phase ${p.phase} ${p.name}: ${p.status}`)].join('\n');

const timelineText = (v: Timeline): string =>
  [
    ...(v.earlier > 0 ? [`(${v.earlier} earlier)`] : []),
    ...v.events.map((e) => `${e.seq}. ${e.at} ${e.by}: ${e.what}`),
  ].join('\n');

const evidenceText = (v: Evidence): string => {
  const short = excerpt(v.evidence, v.resource, EVIDENCE_CHARACTERS);
  return v.truncated && short === v.evidence ? `${short}\n… (whole: ${v.resource})` : short;
};

function listText({ deployments, earlier = 0, damaged = [] }: Listed): string {
  const shown = deployments.slice(-MAX_LISTED);
  const more = earlier + deployments.length - shown.length;
  const words = [
    ...(shown.length === 0 ? [] : ['Deployments:']),
    ...shown.map((x) => `- ${x.deployment}: ${x.component} → ${x.namespace}, ${x.stage} (${x.workspace})`),
    ...(more > 0 ? [`(${more} earlier)`] : []),
    ...(damaged.length > 0 ? [damagedWords(damaged)] : []),
  ];
  return words.length === 0 ? 'No deployments yet. Begin with start-deployment.' : words.join('\n');
}
