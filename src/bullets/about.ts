import { imagesOf, isCustom, isOfApi, type KubeObject } from '../objects/index.ts';
import { aboutNow, type Deployment, findItem, form, type Item, type Refusal, refuse } from '../workflow/index.ts';

/** What a bullet is to show: an assumption and the live subjects it is about, or one item by itself. */
export type Aim = { readonly item: Item; readonly about: readonly string[] };

/** Which image a reference means, spelled in one way (src/images). */
export type Canonical = (reference: string) => string | undefined;

export function aimOf(d: Deployment, assumption: string): Aim | Refusal {
  const item = findItem(d, assumption);
  if (item === undefined) {
    const known = [...d.items.values()].filter((i) => i.kind === 'assumption').map((i) => `${i.id} "${i.name}"`);
    const list =
      known.length === 0
        ? 'None is recorded yet (record-research, critical_assumptions).'
        : `Known: ${known.join('; ')}.`;
    return refuse('BAD_INPUT', `assumption: "${assumption}" is no assumption or item of ${d.id}. ${list}`, {
      next: [{ tool: 'deployment-status', arguments: { deployment: d.id, show: 'research' } }],
    });
  }
  if (item.kind === 'source') return refuse('BAD_INPUT', 'assumption: a source is compared, not fired at the cluster.');
  const about = item.kind === 'assumption' ? aboutNow(d, item) : [item.subject];
  if (about.length > 0) return { item, about };
  return refuse(
    'BAD_INPUT',
    `assumption: "${item.name}" is about no live item; record it again with what it is about now (record-research).`,
    { next: [form('record-research', d, ['critical_assumptions or retire'])] },
  );
}

/** The subjects that the documents contain, and what is missing of those that they must. */
export function contained(
  aim: Aim,
  objects: readonly KubeObject[],
  canonical: Canonical,
): { about: string[]; missing: string[] } {
  const concrete = aim.about.filter((s) => s.startsWith('api:') || s.startsWith('image:'));
  const images = new Set(objects.flatMap(imagesOf).flatMap(({ image }) => canonical(image) ?? []));
  const inSpec = (subject: string) =>
    subject.startsWith('image:')
      ? images.has(subject.slice('image:'.length))
      : objects.some((object) => isOfApi(object, subject.slice('api:'.length)));
  const found = concrete.filter(inSpec);
  const missing = concrete.filter((s) => !found.includes(s));
  // What can't be written into a document (an operator, a requirement, a feature) is shown by something that needs it.
  const shows = found.length > 0 || objects.some(isCustom) || (concrete.length === 0 && objects.some(isTelling));
  const rest = aim.about.filter((s) => !concrete.includes(s));
  return { about: [...found, ...(shows ? rest : [])], missing: [...missing, ...(shows ? [] : rest)] };
}

/** Anything but an object that the API server accepts without anyone acting on it. */
const isTelling = ({ kind }: KubeObject): boolean => !['ConfigMap', 'Secret', 'ServiceAccount'].includes(kind);
