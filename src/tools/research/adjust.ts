import type { ReadingRun } from '../../engine/tool.ts';
import type { Deployment, Fact, Item } from '../../workflow/index.ts';
import type { Input } from '../record-research.ts';
import { divergenceNamed, itemNamed, Wrong } from './named.ts';
import { ruleOf, subjectsOf, verifyAdjustment } from './verified-by.ts';

type Adjustment = NonNullable<Input['adjustments']>[number];

/** What is done about a divergence, each with what shows it: an item's evidence, or manifests under the divergence's own rule. */
export async function adjustments(
  input: Input,
  run: ReadingRun,
  d: Deployment,
  live: ReadonlyMap<string, Item>,
): Promise<Fact[]> {
  const facts: Fact[] = [];
  for (const [index, one] of (input.adjustments ?? []).entries()) {
    facts.push(...(await adjusted(one, `adjustments[${index}]`, run, d, live)));
  }
  return facts;
}

async function adjusted(
  { divergence, adjustment, verified_by }: Adjustment,
  field: string,
  run: ReadingRun,
  d: Deployment,
  live: ReadonlyMap<string, Item>,
): Promise<Fact[]> {
  const about = divergenceNamed(d, divergence, `${field}.divergence`);
  const written = { type: 'written', what: 'adjustment', text: adjustment, about } as const;
  if ('manifests' in verified_by) {
    const { manifests, left_out = [] } = verified_by;
    const shown = await verifyAdjustment(
      run,
      d,
      about,
      manifests,
      left_out.map((one) => one.service),
    );
    if (!shown.ok) throw new Wrong(`${field}.verified_by.manifests: ${shown.message}`);
    // What is not deployed is a decision, which the approver reads.
    const without = left_out.map((one) => `; ${one.service} is left out: ${one.because}`).join('');
    return [{ ...written, text: `${adjustment}${without}`, verified_by: { manifests: shown.digest } }, shown.observed];
  }
  const named = `${field}.verified_by.item`;
  const item = await itemNamed(live, verified_by.item, named, d.started.workspace);
  await settling(run, d, about, item, named);
  return [{ ...written, verified_by: { item: item.subject } }];
}

/** An item settles only a divergence that is about what the item is evidence of. */
async function settling(run: ReadingRun, d: Deployment, divergence: string, item: Item, field: string): Promise<void> {
  const { kindsThatSettle, notAbout } = await import('../../documents/index.ts');
  const rule = ruleOf(divergence);
  const why = notAbout(rule, await subjectsOf(run, d, divergence), item);
  if (why === undefined) return;
  const kinds = kindsThatSettle(rule);
  const wanted = kinds.length === 0 ? '' : `an item of kind ${kinds.join(' or ')}, or `;
  throw new Wrong(`${field}: ${item.id} shows nothing about ${rule} (${why}); give ${wanted}manifests`);
}
