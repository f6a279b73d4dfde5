import { bare, type CheckedKind, nearest, subjectOf } from '../assumptions/index.ts';
import { type Deployment, type Fact, type Item, type ItemKind, type Refusal, refuse } from '../workflow/index.ts';

/** Items as an agent lists them → claims with stable ids. */

export type Listed = string | { readonly name: string; readonly provided_by?: 'plan' | undefined };

/** The lists of items that tools take, and the kind each holds. */
export const LISTS = [
  ['assumed_apis', 'api'],
  ['planned_images', 'image'],
  ['operators', 'operator'],
  ['configuration_requirements', 'configuration'],
] as const satisfies readonly (readonly [string, CheckedKind])[];

export type ListName = (typeof LISTS)[number][0];
export type Lists = { readonly [K in ListName]?: readonly Listed[] | undefined };

export type Wanted = {
  readonly kind: CheckedKind;
  readonly subject: string;
  readonly name: string;
  readonly provided_by?: 'plan';
};

/** Each text read; the first that can't be is a BAD_INPUT that names its field. */
export async function readLists(
  lists: Lists,
): Promise<{ ok: true; wanted: Wanted[] } | { ok: false; refusal: Refusal }> {
  const wanted: Wanted[] = [];
  const wrong: string[] = [];
  for (const [field, kind] of LISTS) {
    for (const [index, entry] of (lists[field] ?? []).entries()) {
      const text = typeof entry === 'string' ? entry : entry.name;
      const read = await subjectOf(kind, text);
      if (!read.ok) {
        wrong.push(`${field}[${index}]: ${read.message}`);
        continue;
      }
      if (wanted.some((w) => w.subject === read.subject)) continue;
      const provided = typeof entry === 'string' ? undefined : entry.provided_by;
      wanted.push({
        kind,
        subject: read.subject,
        name: read.name,
        ...(provided === undefined ? {} : { provided_by: provided }),
      });
    }
  }
  if (wrong.length > 0) return { ok: false, refusal: refuse('BAD_INPUT', wrong.slice(0, 8).join('; ')) };
  return { ok: true, wanted };
}

/** Gives ids: `api-1`, `image-2`, counted per kind over all that ever were, live or retired. */
export function numbering(d: Deployment): (kind: ItemKind, subject: string) => string {
  const last = new Map<ItemKind, number>();
  const ids = new Map<string, string>();
  const known = [...d.items.values(), ...[...d.retired.values()].map((r) => r.item)];
  for (const item of known) {
    ids.set(item.subject, item.id);
    const number = Number(/-(\d+)$/.exec(item.id)?.[1] ?? 0);
    last.set(item.kind, Math.max(last.get(item.kind) ?? 0, number));
  }
  return (kind, subject) => {
    const before = ids.get(subject);
    if (before !== undefined) return before;
    const number = (last.get(kind) ?? 0) + 1;
    last.set(kind, number);
    const id = `${kind}-${number}`;
    ids.set(subject, id);
    return id;
  };
}

export const claim = (item: Item): Fact => ({ type: 'claimed', item });

/** Only what says something new is claimed: a subject not live yet, or one with another provided_by. */
export function claims(
  d: Deployment,
  wanted: readonly Wanted[],
  number: ReturnType<typeof numbering>,
  mayUnprovide: boolean,
): Item[] {
  return wanted.flatMap((w): Item[] => {
    const before = d.items.get(w.subject);
    if (before !== undefined && before.provided_by === w.provided_by) return [];
    if (before !== undefined && w.provided_by === undefined && !mayUnprovide) return [];
    return [{ ...w, id: number(w.kind, w.subject) }];
  });
}

/** Names an agent may have meant, for the message about one that isn't known. */
export function near(wanted: string, items: readonly Item[]): string {
  const names = items.flatMap((i) => [i.id, i.name, bare(i.subject)]);
  const found = nearest(wanted, names, 3);
  const shown = found.length > 0 ? found : items.slice(0, 5).map((i) => `${i.id} (${i.name})`);
  return shown.length === 0 ? 'no item is on record' : `did you mean ${shown.join(', ')}?`;
}
