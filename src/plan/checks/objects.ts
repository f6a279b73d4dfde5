import { identityOfObject } from '../../objects/kube-object.ts';
import { imagesOf } from '../pods.ts';
import { called, placed, type Subject, whereIs } from './subject.ts';

/** No object twice, none outside the deployment's namespaces, images by what they are. */
export function checkObjects({ loaded, world, report }: Subject): void {
  const seen = new Map<string, number>();
  for (const manifest of placed(loaded)) {
    const { object, phase } = manifest;
    const [path, where] = whereIs(manifest);
    const { namespace, name = '' } = object.metadata;
    if (namespace !== undefined && !world.namespaces.includes(namespace)) {
      report.error(path, `${called(object)} is for namespace "${namespace}", which is not the deployment's`, where);
    }
    if (isNamespace(object) && !world.namespaces.includes(name)) {
      report.error(path, `${called(object)} is another namespace than the deployment's`, where);
    }
    const key = identityOfObject(object, world.namespace);
    const first = seen.get(key);
    if (first !== undefined) {
      report.error(path, `${called(object)} is in phase ${first + 1} already; one phase owns an object`, where);
    } else seen.set(key, phase);
    if (
      /^(ClusterRole|ClusterRoleBinding|MutatingWebhookConfiguration|ValidatingWebhookConfiguration|PriorityClass|StorageClass|CustomResourceDefinition)$/.test(
        object.kind,
      )
    ) {
      report.note(path, `${called(object)} is for the whole cluster, not only for this namespace`, where);
    }
    for (const { image, sure } of imagesOf(object)) {
      const canonical = world.canonicalImage(image);
      if (canonical === undefined) {
        if (sure) report.error(path, `${called(object)}: "${image}" is not an image reference`, where);
        continue;
      }
      const last = image.split('/').at(-1) ?? '';
      if (!image.includes('@') && (!last.includes(':') || last.endsWith(':latest'))) {
        report.note(path, `${called(object)}: ${image} is a moving tag; what runs later may be another image`, where);
      }
    }
  }
  for (const [index, phase] of loaded.plan.phases.entries()) {
    phase.take_over.forEach((take, entry) => {
      const named = (loaded.phases[index]?.manifests ?? []).some(({ object }) =>
        [called(object), `${object.apiVersion}/${called(object)}`].includes(take.object),
      );
      if (!named)
        report.error(['phases', index, 'take_over', entry], `${take.object} is not among this phase's objects`);
    });
  }
}

export const isNamespace = (object: { readonly apiVersion: string; readonly kind: string }): boolean =>
  (object.kind === 'Namespace' && object.apiVersion === 'v1') ||
  object.kind === 'Project' ||
  object.kind === 'ProjectRequest';
