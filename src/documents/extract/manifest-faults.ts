// What of a Kubernetes object can't be compared: a field of the wrong form, or what the object deploys from elsewhere.

import { type Manifest, POD_SPECS, podPathOf } from './manifests.ts';
import { dig, isJson, type Json, listOf, type Path, type Unread, type YamlDocument } from './yaml.ts';

/** Kinds that deploy what stands elsewhere, by the group of their API, and how that is had. */
const ELSEWHERE: readonly (readonly [RegExp, RegExp, string])[] = [
  [/^kustomize\.config\.k8s\.io\//, /./, 'kustomize: run "kubectl kustomize FOLDER"'],
  [/^skaffold\//, /./, 'skaffold: run "skaffold render"'],
  [/^argoproj\.io\//, /^(Application|ApplicationSet)$/, 'Argo CD: pass the folder or the rendered chart that it names'],
  [/^helm\.toolkit\.fluxcd\.io\//, /^HelmRelease$/, 'Flux: run "helm template" with its chart and values'],
  [/^kustomize\.toolkit\.fluxcd\.io\//, /^Kustomization$/, 'Flux: run "kubectl kustomize" on the path that it names'],
  [/^helm\.cattle\.io\//, /^HelmChart$/, 'k3s: run "helm template" with its chart and values'],
  [/^fleet\.cattle\.io\//, /^(GitRepo|Bundle)$/, 'Fleet: pass the folder that it names'],
  [/^kappctrl\.k14s\.io\//, /^App$/, 'kapp-controller: pass what its templates render'],
];

export function manifestFaults(manifest: Manifest, whole: boolean): Unread[] {
  const { apiVersion, kind, object } = manifest;
  const other = ELSEWHERE.find(([group, kinds]) => group.test(apiVersion) && kinds.test(kind));
  if (other !== undefined && !isPlainKustomization(manifest))
    return [
      {
        place: manifest.at('kind'),
        because: `what it deploys stands elsewhere, and is put together by ${other[2]}, and compare what comes out`,
      },
    ];
  if (/^[a-z]/.test(kind))
    return [{ place: manifest.at('kind'), because: 'kinds begin with a capital letter: as this is, no API takes it' }];
  if (kind === 'List' || (kind.endsWith('List') && 'items' in object)) {
    return listOf(object.items).length > 0
      ? []
      : [{ place: manifest.at('items'), because: 'it is a list without any object in it' }];
  }
  return podFaults(manifest, whole);
}

/** Handled where the files that it names are known (kustomize.ts). */
const isPlainKustomization = ({ apiVersion, kind }: Manifest) =>
  kind === 'Kustomization' && apiVersion.startsWith('kustomize.config.k8s.io/');

function podFaults(manifest: Manifest, whole: boolean): Unread[] {
  const path = podPathOf(manifest);
  if (path === undefined) return [];
  const spec = dig(manifest.object, ...path);
  const builtIn = POD_SPECS[manifest.kind] !== undefined;
  if (!isJson(spec))
    return whole && builtIn
      ? [
          {
            place: manifest.at(...path),
            because: `it has no Pod in it (${path.join('.')}), so there is nothing to compare`,
          },
        ]
      : [];
  const found: Unread[] = [];
  for (const field of ['initContainers', 'containers']) {
    const value = spec[field];
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) {
      if (field === 'containers' && whole)
        found.push({ place: manifest.at(...path), because: 'it names no container, so there is nothing to compare' });
      continue;
    }
    if (!Array.isArray(value)) {
      found.push({
        place: manifest.at(...path, field),
        because: `${field} is no list, so its containers were not compared`,
      });
      continue;
    }
    value.forEach((one: unknown, i) => {
      if (isJson(one)) found.push(...containerFaults(one, manifest, [...path, field, i], whole));
      else
        found.push({
          place: manifest.at(...path, field, i),
          because: 'this entry is no container, and was not compared',
        });
    });
  }
  const volumes = spec.volumes;
  if (volumes !== undefined && volumes !== null && !Array.isArray(volumes))
    found.push({
      place: manifest.at(...path, 'volumes'),
      because: 'volumes is no list, so nothing in it was compared',
    });
  return found;
}

const CONTAINER: Readonly<Record<string, 'list' | 'mapping'>> = {
  ports: 'list',
  env: 'list',
  envFrom: 'list',
  volumeMounts: 'list',
  volumeDevices: 'list',
  securityContext: 'mapping',
  resources: 'mapping',
};

function containerFaults(container: Json, manifest: Manifest, path: Path, whole: boolean): Unread[] {
  const found = Object.entries(CONTAINER).flatMap(([field, form]): Unread[] => {
    const value = container[field];
    const right = value === undefined || value === null || (form === 'list' ? Array.isArray(value) : isJson(value));
    return right
      ? []
      : [{ place: manifest.at(...path, field), because: `${field} is no ${form}, so nothing in it was compared` }];
  });
  const named = container.image !== undefined && container.image !== null;
  // A DeploymentConfig's image may come from its trigger.
  return named || !whole || manifest.kind === 'DeploymentConfig'
    ? found
    : [
        ...found,
        { place: manifest.at(...path), because: 'this container names no image, so what it starts is not known' },
      ];
}

/** Entries of a List or a Template that are no objects. */
export function strangers(document: YamlDocument): Unread[] {
  const { value } = document;
  const field = value.kind === 'Template' ? 'objects' : String(value.kind).endsWith('List') ? 'items' : undefined;
  if (field === undefined) return [];
  return listOf(value[field]).flatMap((item, i): Unread[] =>
    isJson(item) && typeof item.apiVersion === 'string' && typeof item.kind === 'string'
      ? []
      : [
          {
            place: document.at([field, i]),
            because: 'this entry of the list is no object: it needs apiVersion and kind',
          },
        ],
  );
}
