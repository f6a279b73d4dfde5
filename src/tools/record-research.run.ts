import type { RunOf, ToolRun } from '../engine/tool.ts';
import { defined } from '../workflow/defined.ts';
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
import type { Output } from './record-research.answer.ts';
import type { Input } from './record-research.ts';
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
    return { kind: 'answer', value: answered(await run.current(), facts) };
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

const STATUS = { pass: 'PASS', fail: 'FAIL', unknown: 'UNKNOWN' } as const;

function answered(d: Deployment, facts: readonly Fact[]): Output {
  const items = facts.flatMap((f) => (f.type === 'claimed' ? [d.items.get(f.item.subject) ?? f.item] : []));
  return {
    items: items.map(({ id, kind, name, subject, provided_by, about }) =>
      defined<Output['items'][number]>({ id, kind, name, subject, provided_by, about }),
    ),
    retired: facts.flatMap((f) => {
      if (f.type !== 'retired') return [];
      const { subject, replaced_by } = f;
      const heir = replaced_by === undefined ? undefined : (successor(d, replaced_by) ?? replaced_by);
      return [defined<Output['retired'][number]>({ subject, replaced_by: heir, still_owed: stillOwed(d, subject) })];
    }),
    shown: facts.flatMap((f) =>
      f.type === 'observed'
        ? [{ subject: f.subject, status: STATUS[f.verdict.status], message: f.verdict.message }]
        : [],
    ),
    adjustments: facts.flatMap((f) => (f.type === 'written' && f.what === 'adjustment' ? (f.about ?? []) : [])),
    notes: facts.flatMap((f) => {
      if (f.type !== 'written') return [];
      if (f.what === 'research') return [findingsLine(f.text)];
      return f.what === 'sources' ? ['No outside sources: written.'] : [];
    }),
  };
}

const findingsLine = (text: string): string =>
  visibleLetters(text) < FINDINGS_MIN
    ? `Findings written, and too short for Gate R (${FINDINGS_MIN} visible letters): say what was learnt, and where.`
    : 'Findings written.';

/** A failed bullet is not settled by retiring what it was about. */
function stillOwed(d: Deployment, subject: string): string | undefined {
  const failed = d.blockers.some((b) => b.cause === 'bullet' && b.assumption === subject);
  if (!failed) return undefined;
  const heir = successor(d, subject);
  const about = heir === undefined || heir === subject ? [] : owedBy(d, heir).about;
  return about.length > 0
    ? `its bullet failed, so the bullet of ${heir} must show ${about.join(', ')} by a criterion at least as strong`
    : 'its bullet failed: as long as what it was about is used, Gate 0 asks for it';
}
