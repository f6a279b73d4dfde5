import { containersOf, podsOf } from '../../apply/index.ts';
import type { KubeObject } from '../../objects/kube-object.ts';
import { aboutNow, type Deployment, findItem, type Item, type Refusal, refuse } from '../../workflow/index.ts';

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
    { next: [{ tool: 'record-research', arguments: { deployment: d.id } }] },
  );
}

/** The subjects that the documents contain, and what is missing of those that they must. */
export function contained(
  aim: Aim,
  objects: readonly KubeObject[],
  canonical: Canonical,
): { about: string[]; missing: string[] } {
  const concrete = aim.about.filter((s) => s.startsWith('api:') || s.startsWith('image:'));
  const images = new Set(objects.flatMap(imagesOf).flatMap((image) => canonical(image) ?? []));
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

export const isCustom = ({ apiVersion }: KubeObject): boolean => {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return group.includes('.') && !/(^|\.)k8s\.io$/.test(group);
};

/** `apps/v1/Deployment`, or with a field that must be set: `apps/v1/Deployment:spec.template.spec.hostUsers`. */
export function isOfApi(object: KubeObject, api: string): boolean {
  const [kind, field] = api.split(':');
  if (`${object.apiVersion}/${object.kind}` !== kind) return false;
  return field === undefined || hasField(object, field.split('.'));
}

function hasField(value: unknown, [first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return value !== undefined;
  if (Array.isArray(value)) return value.some((item) => hasField(item, [first, ...rest]));
  if (typeof value !== 'object' || value === null) return false;
  const found = Object.entries(value).find(([key]) => key === first.replace(/\[.*\]$/, ''));
  return found !== undefined && hasField(found[1], rest);
}

/** Images that a document names: of its Pods, and wherever else a custom resource says `image` or `imageName`. */
export function imagesOf(object: KubeObject): string[] {
  const pods = podsOf(object);
  if (pods.length > 0) {
    return pods.flatMap(containersOf).flatMap((c) => (typeof c.image === 'string' ? [c.image] : []));
  }
  return isCustom(object) ? named(object.spec) : [];
}

function named(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(named);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, v]) =>
    typeof v === 'string' && /^(.*I|i)mage(Name)?$/.test(key) ? [v] : named(v),
  );
}
