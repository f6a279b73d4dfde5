import type { RunOf, ToolRun } from '../engine/tool.ts';
import {
  type Deployment,
  type Fact,
  FINDINGS_MIN,
  type Item,
  owedBy,
  type Refusal,
  refuse,
  successor,
  visibleLetters,
} from '../workflow/index.ts';
import { claim, claims, numbering, readLists } from './items.ts';
import type { Input, Output } from './record-research.ts';
import { adjustments } from './research/adjust.ts';
import { criticalItems } from './research/critical.ts';
import { Wrong } from './research/named.ts';
import { retirements } from './research/retire.ts';
import { sourceItems } from './research/sources.ts';

type Reading = RunOf<'record-research'>;

/** Writes down; verifies nothing but what an adjustment says of itself (its manifests under the divergence's own rule). */
export const run: ToolRun<'record-research', Input, Output> = async (input, run) => {
  const d = await run.current();
  const read = await readLists(input);
  if (!read.ok) return { kind: 'refusal', refusal: read.refusal };
  try {
    const facts = await factsOf(input, run, d, read.wanted);
    if (facts.length === 0) return { kind: 'refusal', refusal: empty(input) };
    const refusal = await run.record(...facts);
    if (refusal !== undefined) return { kind: 'refusal', refusal };
    return { kind: 'answer', value: summarised(await run.current(), facts) };
  } catch (error) {
    if (error instanceof Wrong) return { kind: 'refusal', refusal: refuse('BAD_INPUT', error.message) };
    throw error;
  }
};

function empty(input: Input): Refusal {
  const { deployment: _d, wait: _w, ...rest } = input;
  const given = Object.keys(rest);
  return refuse(
    'BAD_INPUT',
    given.length === 0
      ? 'nothing to record: give findings, sources or no_outside_sources, assumed_apis, planned_images, operators, configuration_requirements, critical_assumptions, adjustments or retire'
      : `nothing new in ${given.join(', ')}: all of it is on record already`,
  );
}

async function factsOf(
  input: Input,
  run: Reading,
  d: Deployment,
  wanted: Parameters<typeof claims>[1],
): Promise<Fact[]> {
  const number = numbering(d);
  const facts: Fact[] = [];
  if (input.findings !== undefined && input.findings.trim() !== '') {
    facts.push({ type: 'written', what: 'research', text: input.findings });
  }
  if (input.no_outside_sources !== undefined && input.no_outside_sources.trim() !== '') {
    if ((input.sources ?? []).length > 0)
      throw new Wrong('no_outside_sources: sources are given, too; one or the other');
    facts.push({ type: 'written', what: 'sources', text: input.no_outside_sources.trim() });
  }
  const items = [...sourceItems(input, d, number), ...claims(d, wanted, number, true)];
  const live = new Map<string, Item>([...d.items, ...items.map((i) => [i.subject, i] as const)]);
  const gone = await retirements(input, d, live);
  for (const { subject } of gone) live.delete(subject);
  const critical = await criticalItems(input, d, live, number);
  for (const item of items.filter((i) => i.provided_by === 'plan')) {
    const resting = [...live.values()].find((a) => a.kind === 'assumption' && a.about?.includes(item.subject));
    if (resting !== undefined) {
      throw new Wrong(
        `${item.name}: ${resting.id} is about it, and a bullet can't use what only the plan brings; retire ${resting.id} first`,
      );
    }
  }
  facts.push(...items.map(claim), ...gone, ...critical.map(claim));
  facts.push(...(await adjustments(input, run, d, live)));
  return facts;
}

function summarised(d: Deployment, facts: readonly Fact[]): Output {
  const claimed = facts.flatMap((f) => (f.type === 'claimed' ? [d.items.get(f.item.subject) ?? f.item] : []));
  const retired = facts.flatMap((f) => (f.type === 'retired' ? [f] : []));
  const shown = facts.flatMap((f) => (f.type === 'observed' ? [f] : []));
  const items = claimed.map((i) => ({
    id: i.id,
    kind: i.kind,
    name: i.name,
    subject: i.subject,
    ...(i.provided_by === undefined ? {} : { provided_by: i.provided_by }),
    ...(i.about === undefined ? {} : { about: i.about }),
  }));
  const counted = new Map<string, number>();
  for (const i of claimed) counted.set(i.kind, (counted.get(i.kind) ?? 0) + 1);
  const lines = [
    counted.size === 0 ? '' : `Recorded: ${[...counted].map(([kind, n]) => `${n} ${kind}`).join(', ')}.`,
    ...claimed
      .slice(0, 30)
      .map((i) => `- ${i.id}: ${i.name}${i.provided_by === undefined ? '' : ' (provided by the plan)'}`),
    ...retired.map(
      (r) =>
        `- retired ${r.subject}${r.replaced_by === undefined ? '' : `, replaced by ${successor(d, r.replaced_by) ?? r.replaced_by}`}${stillOwed(d, r.subject)}`,
    ),
    ...shown.map((o) => `- ${o.subject}: ${o.verdict.status.toUpperCase()} ${o.verdict.message}`),
    ...facts.flatMap((f) => (f.type === 'written' && f.what === 'research' ? [findingsLine(f.text)] : [])),
    facts.some((f) => f.type === 'written' && f.what === 'sources') ? 'No outside sources: written.' : '',
    ...facts.flatMap((f) => (f.type === 'written' && f.what === 'adjustment' ? [`- adjustment for ${f.about}`] : [])),
    'Recorded is not verified: cluster-reality-check looks.',
  ];
  return { items, retired: retired.map((r) => r.subject), summary: lines.filter((line) => line !== '').join('\n') };
}

const findingsLine = (text: string): string =>
  visibleLetters(text) < FINDINGS_MIN
    ? `Findings written, and too short for Gate R (${FINDINGS_MIN} visible letters): say what was learnt, and where.`
    : 'Findings written.';

/** A failed bullet is not settled by retiring what it was about. */
function stillOwed(d: Deployment, subject: string): string {
  const failed = d.blockers.some((b) => b.cause === 'bullet' && b.assumption === subject);
  if (!failed) return '';
  const heir = successor(d, subject);
  const about = heir === undefined || heir === subject ? [] : owedBy(d, heir).about;
  return about.length > 0
    ? `; its bullet failed, so the bullet of ${heir} must show ${about.join(', ')} by a criterion at least as strong`
    : '; its bullet failed: as long as what it was about is used, Gate 0 asks for it';
}
