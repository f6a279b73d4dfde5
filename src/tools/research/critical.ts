import type { Deployment, Item, ItemKind } from '../../workflow/index.ts';
import type { numbering } from '../items.ts';
import type { Input } from '../record-research.ts';
import { itemNamed, Wrong } from './named.ts';

const LOOKED_AT: readonly ItemKind[] = ['api', 'image', 'operator', 'configuration', 'feature'];

/** The assumptions that would sink the plan, each about live items that a bullet can contain. */
export async function criticalItems(
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
      const item = await itemNamed(live, name, field, d.started.workspace);
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
