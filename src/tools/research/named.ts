import { sourceSubject, subjectOf } from '../../assumptions/index.ts';
import { type Deployment, type Item, liveDivergences } from '../../workflow/index.ts';
import { LISTS, near } from '../items.ts';

/** A wrong argument, found deep inside; caught at the top and answered as BAD_INPUT. */
export class Wrong extends Error {}

/** By id, by name or by subject; however a list would have spelt it. */
export async function itemNamed(
  live: ReadonlyMap<string, Item>,
  name: string,
  field: string,
  workspace: string,
): Promise<Item> {
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
  const source = sourceSubject(name, workspace);
  const document = source.ok ? live.get(source.subject) : undefined;
  if (document !== undefined) return document;
  throw new Wrong(`${field}: "${name}" is no live item; ${near(name, items)}`);
}

/** By its id, by its rule where that found one thing only, or by its whole subject. */
export function divergenceNamed(d: Deployment, name: string, field: string): string {
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
