import { groupOf, isRecord, type KubeObject, recordsAt, textAt } from './kube-object.ts';
import { containersOf, podTemplateOf } from './pod-template.ts';

export type ImageReference = { readonly image: string; readonly container: string; readonly path: string };

/** A resource of a group that isn't Kubernetes' own. */
export const isCustom = (object: { readonly apiVersion: string }): boolean => {
  const group = groupOf(object.apiVersion);
  return group.includes('.') && !/(^|\.)k8s\.io$/.test(group);
};

/** The images that an object names: of its Pods, of image volumes; in a custom resource, wherever a key says so. */
export function imagesOf(object: KubeObject): ImageReference[] {
  const template = podTemplateOf(object);
  if (template !== undefined) {
    const path = template.path.join('.');
    const volumes = recordsAt(template.spec, 'volumes').map((v, i) => ({
      image: textAt(v, 'image', 'reference'),
      container: '',
      path: `${path}.volumes[${i}]`,
    }));
    const containers = containersOf(template.spec).map(({ list, index, container }) => ({
      image: textAt(container, 'image'),
      container: textAt(container, 'name'),
      path: `${path}.${list}[${index}].image`,
    }));
    return [...containers, ...volumes].filter((i) => i.image !== '');
  }
  if (!isCustom(object)) return [];
  const found: ImageReference[] = [];
  walk(object.spec, 'spec', (key, image, path) => {
    if (/^(\w*I|i)mage(Name)?$/.test(key) && /^[\w][\w./:@-]*$/.test(image)) found.push({ image, container: '', path });
  });
  return found;
}

/** Every string under a value, with its key and where it is. */
export function walk(
  value: unknown,
  path: string,
  visit: (key: string, value: string, path: string) => void,
  depth = 0,
): void {
  if (depth > 40) return;
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) walk(item, `${path}[${i}]`, visit, depth + 1);
  } else if (isRecord(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (typeof item === 'string') visit(key, item, `${path}.${key}`);
      else walk(item, `${path}.${key}`, visit, depth + 1);
    }
  }
}
