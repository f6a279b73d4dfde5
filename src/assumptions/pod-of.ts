import type { KubeObject } from '../cluster/index.ts';
import { podTemplateOf } from '../objects/index.ts';
import { at, list, text } from './json.ts';

/** The Pod that a workload would make, as its controller would ask for it. A Pod is its own. */
export function podOf(object: KubeObject): KubeObject | undefined {
  const template = object.kind === 'Pod' ? undefined : podTemplateOf(object);
  if (template === undefined) return undefined;
  const { labels, annotations, spec } = template;
  // A claim template's volumes are added by the StatefulSet's controller; without them the Pod would name none.
  const volumes = [...list(spec.volumes), ...claimVolumes(object)];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: `${text(object.metadata.name).slice(0, 40)}-`, labels, annotations },
    spec: { ...spec, ...(volumes.length === 0 ? {} : { volumes }) },
  };
}

const claimVolumes = (object: KubeObject) =>
  list(at(object, 'spec', 'volumeClaimTemplates')).map((claim) => {
    const name = text(at(claim, 'metadata', 'name'));
    return { name, persistentVolumeClaim: { claimName: `${name}-${object.metadata.name}-0` } };
  });
