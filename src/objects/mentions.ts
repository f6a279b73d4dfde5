import { imagesOf } from './images.ts';
import { isRecord, type KubeObject } from './kube-object.ts';

/**
 * Is this object of that API? `apps/v1/Deployment`, `v1/Pod` or `core/v1/Pod`, with a field that must be set after a
 * colon: `apps/v1/Deployment:spec.template.spec.hostUsers`.
 */
export function isOfApi(object: KubeObject, api: string): boolean {
  const colon = api.indexOf(':');
  const [name, field] = colon < 0 ? [api, undefined] : [api.slice(0, colon), api.slice(colon + 1)];
  const wanted = name.startsWith('core/') ? name.slice('core/'.length) : name;
  if (`${object.apiVersion}/${object.kind}` !== wanted) return false;
  return field === undefined || hasField(object, field.split('.'));
}

/** Lists are looked through: `containers.image` means any container's. */
function hasField(value: unknown, [first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return value !== undefined;
  if (Array.isArray(value)) return value.some((item) => hasField(item, [first, ...rest]));
  const key = first.replace(/\[[^[\]]*\]$/, '');
  return isRecord(value) && Object.hasOwn(value, key) && hasField(value[key], rest);
}

/** Does any of these documents contain that API? */
export const mentionsApi = (objects: readonly KubeObject[], api: string): boolean =>
  objects.some((o) => isOfApi(o, api));

/** Does any of these documents name that image? `canonical` spells references in one way (images/ knows how). */
export function mentionsImage(
  objects: readonly KubeObject[],
  image: string,
  canonical: (reference: string) => string | undefined = (reference) => reference,
): boolean {
  const wanted = canonical(image) ?? image;
  return objects.some((o) => imagesOf(o).some((i) => (canonical(i.image) ?? i.image) === wanted));
}
