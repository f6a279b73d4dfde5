import { sourceSubject, subjectOf } from '../assumptions/index.ts';
import type { RunOf, ToolRun } from '../engine/tool.ts';
import {
  type Deployment,
  type Fact,
  type Item,
  type ItemKind,
  liveDivergences,
  type Refusal,
  refuse,
  successor,
} from '../workflow/index.ts';
import { verifyAdjustment } from './adjustment.ts';
import { claim, claims, LISTS, near, numbering, readLists } from './items.ts';
import type { Input, Output } from './record-research.ts';

type Reading = RunOf<'record-research'>;

/** A wrong argument, found deep inside; caught at the top and answered as BAD_INPUT. */
class Wrong extends Error {}

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
  for (const [index, adjustment] of (input.adjustments ?? []).entries()) {
    const subject = divergenceNamed(d, adjustment.divergence, `adjustments[${index}].divergence`);
    if ('item' in adjustment.verified_by) {
      const field = `adjustments[${index}].verified_by.item`;
      const item = await itemNamed(live, adjustment.verified_by.item, field);
      facts.push({
        type: 'written',
        what: 'adjustment',
        text: adjustment.adjustment,
        about: subject,
        verified_by: { item: item.subject },
      });
    } else {
      const shown = await verifyAdjustment(run, d, subject, adjustment.verified_by.manifests);
      if (!shown.ok) throw new Wrong(`adjustments[${index}].verified_by.manifests: ${shown.message}`);
      facts.push(
        {
          type: 'written',
          what: 'adjustment',
          text: adjustment.adjustment,
          about: subject,
          verified_by: { manifests: shown.digest },
        },
        shown.observed,
      );
    }
  }
  return facts;
}

function sourceItems(input: Input, d: Deployment, number: ReturnType<typeof numbering>): Item[] {
  return (input.sources ?? []).flatMap(({ source, not_compared }, index): Item[] => {
    const why = not_compared?.trim();
    const read = sourceSubject(source, d.started.workspace);
    if (!read.ok && why === undefined) throw new Wrong(`sources[${index}].source: ${read.message}`);
    // What nobody will read may be called anything: a talk, a colleague, a page that is gone.
    const [subject, name] = read.ok
      ? [read.subject, read.name]
      : [`source:${source.trim().toLowerCase()}`, source.trim()];
    if (why !== undefined && why.length < 8)
      throw new Wrong(`sources[${index}].not_compared: say why; the approver reads it`);
    const before = d.items.get(subject);
    if (before !== undefined && before.not_compared === why) return [];
    return [
      {
        id: number('source', subject),
        kind: 'source',
        subject,
        name,
        ...(why === undefined ? {} : { not_compared: why }),
      },
    ];
  });
}

const LOOKED_AT: readonly ItemKind[] = ['api', 'image', 'operator', 'configuration', 'feature'];

async function criticalItems(
  input: Input,
  d: Deployment,
  live: Map<string, Item>,
  number: ReturnType<typeof numbering>,
): Promise<Item[]> {
  const items: Item[] = [];
  for (const [index, { assumption, impact, about }] of (input.critical_assumptions ?? []).entries()) {
    const subjects: string[] = [];
    for (const [at, name] of about.entries()) {
      const field = `critical_assumptions[${index}].about[${at}]`;
      const item = await itemNamed(live, name, field);
      if (!LOOKED_AT.includes(item.kind))
        throw new Wrong(`${field}: ${item.id} is a ${item.kind}; name an API, image, operator or requirement`);
      if (item.provided_by === 'plan') {
        throw new Wrong(
          `${field}: ${item.name} is provided by the plan, so no bullet can use it before; name what it rests on`,
        );
      }
      if (!subjects.includes(item.subject)) subjects.push(item.subject);
    }
    const text = assumption.trim().replaceAll(/\s+/g, ' ');
    const subject = `assumption:${text.toLowerCase()}`;
    const before = d.items.get(subject);
    const same = before?.impact === impact && before.about?.join() === subjects.join();
    if (same) continue;
    const item: Item = {
      id: number('assumption', subject),
      kind: 'assumption',
      subject,
      name: text,
      impact,
      about: subjects,
    };
    live.set(subject, item);
    items.push(item);
  }
  return items;
}

type Retired = Extract<Fact, { type: 'retired' }>;

async function retirements(input: Input, d: Deployment, live: Map<string, Item>): Promise<Retired[]> {
  const gone: Retired[] = [];
  const leaving = new Set<string>();
  for (const [index, { item: name }] of (input.retire ?? []).entries()) {
    leaving.add((await itemNamed(d.items, name, `retire[${index}].item`)).subject);
  }
  for (const [index, { item: name, because, replaced_by }] of (input.retire ?? []).entries()) {
    const item = await itemNamed(d.items, name, `retire[${index}].item`);
    const field = `retire[${index}].replaced_by`;
    const successorItem = replaced_by === undefined ? undefined : await itemNamed(live, replaced_by, field);
    if (successorItem !== undefined && leaving.has(successorItem.subject)) {
      throw new Wrong(`${field}: ${successorItem.name} is retired in the same call, or is the item itself`);
    }
    if (successorItem !== undefined && successorItem.kind === 'assumption' && item.kind !== 'assumption') {
      throw new Wrong(`${field}: ${successorItem.id} is an assumption; an item is replaced by an item`);
    }
    gone.push({
      type: 'retired',
      subject: item.subject,
      because,
      ...(successorItem === undefined ? {} : { replaced_by: successorItem.subject }),
    });
  }
  return gone;
}

/** By id, by name or by subject; however a list would have spelt it. */
async function itemNamed(live: ReadonlyMap<string, Item>, name: string, field: string): Promise<Item> {
  const items = [...live.values()];
  const wanted = name.trim().toLowerCase();
  const found = items.find(
    (i) => i.id === wanted || i.subject.toLowerCase() === wanted || i.name.trim().toLowerCase() === wanted,
  );
  if (found !== undefined) return found;
  for (const [, kind] of LISTS) {
    const read = await subjectOf(kind, name);
    const item = read.ok ? live.get(read.subject) : undefined;
    if (item !== undefined) return item;
  }
  throw new Wrong(`${field}: "${name}" is no live item; ${near(name, items)}`);
}

/** By its id, by its rule where that found one thing only, or by its whole subject. */
function divergenceNamed(d: Deployment, name: string, field: string): string {
  const live = [...new Set(liveDivergences(d).map(({ subject }) => subject))];
  const wanted = name.trim().replace(/^divergence:/, '');
  const idOf = (subject: string) => subject.slice(subject.indexOf('/') + 1);
  const exact = live.filter((s) => s === `divergence:${wanted}` || idOf(s) === wanted);
  const found = exact.length > 0 ? exact : live.filter((s) => idOf(s).startsWith(`${wanted}/`));
  const [only, other] = found;
  if (only !== undefined && other === undefined) return only;
  if (other !== undefined) throw new Wrong(`${field}: "${name}" is more than one; give one of ${found.join(', ')}`);
  const shown = live.slice(0, 10).map(idOf);
  throw new Wrong(
    `${field}: "${name}" is no divergence of the latest readings; ${shown.length === 0 ? 'there is none (run divergence-check first)' : `there are ${shown.join(', ')}`}`,
  );
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
        `- retired ${r.subject}${r.replaced_by === undefined ? '' : `, replaced by ${successor(d, r.replaced_by) ?? r.replaced_by}`}`,
    ),
    ...shown.map((o) => `- ${o.subject}: ${o.verdict.status.toUpperCase()} ${o.verdict.message}`),
    facts.some((f) => f.type === 'written' && f.what === 'research') ? 'Findings written.' : '',
    facts.some((f) => f.type === 'written' && f.what === 'sources') ? 'No outside sources: written.' : '',
    ...facts.flatMap((f) => (f.type === 'written' && f.what === 'adjustment' ? [`- adjustment for ${f.about}`] : [])),
    'Recorded is not verified: cluster-reality-check looks.',
  ];
  return { items, retired: retired.map((r) => r.subject), summary: lines.filter((line) => line !== '').join('\n') };
}
