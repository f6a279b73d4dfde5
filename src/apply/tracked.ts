import type { KubeObject } from '../objects/kube-object.ts';

export type Tracker = { readonly by: 'Argo CD' | 'Flux' | 'Helm' | 'OLM'; readonly via: string };

type Mark = { readonly by: Tracker['by']; readonly in: 'labels' | 'annotations'; readonly key: string };

/**
 * How the tools that own objects mark them (Argo CD's resource tracking, Flux's kustomize- and helm-controller, Helm 3's
 * adoption rule, OLM's owner labels). `app.kubernetes.io/instance` alone says nothing: everyone sets it.
 */
const MARKS: readonly Mark[] = [
  { by: 'Argo CD', in: 'annotations', key: 'argocd.argoproj.io/tracking-id' },
  { by: 'Argo CD', in: 'labels', key: 'argocd.argoproj.io/instance' },
  { by: 'Flux', in: 'labels', key: 'kustomize.toolkit.fluxcd.io/name' },
  { by: 'Flux', in: 'labels', key: 'helm.toolkit.fluxcd.io/name' },
  { by: 'Helm', in: 'annotations', key: 'meta.helm.sh/release-name' },
  { by: 'OLM', in: 'labels', key: 'olm.owner' },
];

/** Pure: another tool that keeps this object as it wants it, if any: what we'd change it would change back. */
export function trackedBy(object: KubeObject): Tracker | undefined {
  for (const { by, in: place, key } of MARKS) {
    const value = object.metadata[place]?.[key];
    if (value !== undefined) return { by, via: `${key}: ${value}` };
  }
  const manager = object.metadata.managedFields?.find(
    (f) => f.manager === 'argocd-controller' && f.operation === 'Apply',
  );
  return manager === undefined ? undefined : { by: 'Argo CD', via: 'field manager argocd-controller' };
}
