import type { KubeObject } from '../objects/kube-object.ts';
import { imagesOf, isCustom } from './pods.ts';
import { everyRecord, listAt, textAt } from './record.ts';
import type { LoadedPlan, ObjectRef } from './types.ts';

/** The subjects of everything in the plan that must have evidence; `custom`: the APIs that no API server has built in. */
export type Uses = { readonly uses: readonly string[]; readonly custom: readonly string[] };

export function usesOf(loaded: LoadedPlan, canonicalImage: (text: string) => string | undefined): Uses {
  const subjects = new Set<string>();
  const custom = new Set<string>();
  const api = ({ apiVersion, kind }: Pick<ObjectRef, 'apiVersion' | 'kind'>) => {
    const subject = `api:${apiVersion}/${kind}`;
    subjects.add(subject);
    if (isCustom(apiVersion)) custom.add(subject);
  };
  for (const phase of loaded.phases) {
    for (const ref of phase.observed) api(ref);
    for (const { object } of phase.manifests) {
      api(object);
      for (const { image } of imagesOf(object)) {
        const canonical = canonicalImage(image);
        if (canonical !== undefined) subjects.add(`image:${canonical}`);
      }
      for (const name of storageClassesOf(object)) subjects.add(`configuration:StorageClass/${name}`);
    }
  }
  // What the plan's own CRDs bring is still to be proven, and StorageClasses it makes are not asked of the cluster.
  for (const name of made(loaded, 'StorageClass')) subjects.delete(`configuration:StorageClass/${name}`);
  return { uses: [...subjects].sort(), custom: [...custom].sort() };
}

const made = (loaded: LoadedPlan, kind: string): string[] =>
  loaded.phases.flatMap((p) =>
    p.manifests.flatMap(({ object }) => (object.kind === kind ? (object.metadata.name ?? []) : [])),
  );

/** Claims, claim templates, and custom resources that name a class in one of the usual fields. */
function storageClassesOf(object: KubeObject): string[] {
  if (object.kind === 'PersistentVolumeClaim') return named(textAt(object, 'spec', 'storageClassName'));
  if (object.kind === 'StatefulSet') {
    return listAt(object, 'spec', 'volumeClaimTemplates').flatMap((t) => named(textAt(t, 'spec', 'storageClassName')));
  }
  const ephemeral = [...everyRecord(object.spec)].flatMap((record) => named(textAt(record, 'storageClassName')));
  if (!isCustom(object.apiVersion)) return object.kind === 'PersistentVolume' ? [] : ephemeral;
  return [...ephemeral, ...[...everyRecord(object.spec)].flatMap((record) => named(textAt(record, 'storageClass')))];
}

/** '' asks for no class at all. */
const named = (name: string | undefined): string[] => (name === undefined || name === '' ? [] : [name]);
