import type { Deployment, FactOf, Item } from '../../workflow/index.ts';
import type { Input } from '../record-research.ts';
import { itemNamed, Wrong } from './named.ts';

/** What is assumed no more, and what stands in its place. It stays on record. */
export async function retirements(input: Input, d: Deployment, live: Map<string, Item>): Promise<FactOf<'retired'>[]> {
  const gone: FactOf<'retired'>[] = [];
  const leaving = new Set<string>();
  for (const [index, { item: name }] of (input.retire ?? []).entries()) {
    leaving.add((await itemNamed(d.items, name, `retire[${index}].item`, d.started.workspace)).subject);
  }
  for (const [index, { item: name, because, replaced_by }] of (input.retire ?? []).entries()) {
    const item = await itemNamed(d.items, name, `retire[${index}].item`, d.started.workspace);
    const field = `retire[${index}].replaced_by`;
    const successorItem =
      replaced_by === undefined ? undefined : await itemNamed(live, replaced_by, field, d.started.workspace);
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
