import { z } from 'zod';

/** Pure: what the API server serves, from aggregated discovery or from the documents of servers before it. */

export type Subresource = { readonly name: string; readonly kind?: string; readonly verbs: readonly string[] };

export type Resource = {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The plural, as in the path. */
  readonly resource: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
};

export type ServedVersion = {
  readonly version: string;
  /** The server behind it (an APIService) doesn't answer: what is missing here may be there. */
  readonly stale: boolean;
};

/** Versions in the server's order of preference. */
export type Group = { readonly name: string; readonly versions: readonly ServedVersion[] };

export type Kind = { readonly group: string; readonly version?: string; readonly kind: string };

export type Discovery = {
  readonly groups: readonly Group[];
  readonly resources: readonly Resource[];
  /** `group/version` of what can't be seen now. */
  readonly stale: readonly string[];
  /** Aggregated documents, or one request a group version. */
  readonly via: 'aggregated' | 'legacy';
  /** Without a version: the first the server prefers that has the kind. */
  find(kind: Kind): Resource | undefined;
  group(name: string): Group | undefined;
  preferred(group: string): string | undefined;
};

export const groupVersion = (group: string, version: string) => (group === '' ? version : `${group}/${version}`);

/** `apps/v1` → apps, v1; `v1` → '', v1. */
export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  if (slash < 0) return { group: '', version: apiVersion };
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export function discoveryOf(
  groups: readonly Group[],
  resources: readonly Resource[],
  via: Discovery['via'],
): Discovery {
  const byKind = new Map<string, Resource>();
  for (const resource of resources) {
    const key = `${groupVersion(resource.group, resource.version)}/${resource.kind}`;
    const before = byKind.get(key);
    // Two resources of one kind: the one whose objects can be read.
    if (before === undefined || (!before.verbs.includes('get') && resource.verbs.includes('get'))) {
      byKind.set(key, resource);
    }
  }
  const byName = new Map(groups.map((group) => [group.name, group]));
  const find = ({ group, version, kind }: Kind): Resource | undefined => {
    if (version !== undefined) return byKind.get(`${groupVersion(group, version)}/${kind}`);
    for (const served of byName.get(group)?.versions ?? []) {
      const found = byKind.get(`${groupVersion(group, served.version)}/${kind}`);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    groups,
    resources,
    via,
    stale: groups.flatMap((g) => g.versions.filter((v) => v.stale).map((v) => groupVersion(g.name, v.version))),
    find,
    group: (name) => byName.get(name),
    preferred: (name) => byName.get(name)?.versions[0]?.version,
  };
}

const strings = z.array(z.string()).nullish();
const gvk = z.object({ kind: z.string().nullish() }).nullish();

/** apidiscovery.k8s.io/v2 (and v2beta1) APIGroupDiscoveryList. */
const aggregated = z.object({
  kind: z.literal('APIGroupDiscoveryList'),
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string().nullish() }).nullish(),
      versions: z.array(
        z.object({
          version: z.string(),
          freshness: z.string().nullish(),
          resources: z
            .array(
              z.object({
                resource: z.string(),
                responseKind: gvk,
                scope: z.string(),
                singularResource: z.string().nullish(),
                verbs: strings,
                shortNames: strings,
                categories: strings,
                subresources: z
                  .array(z.object({ subresource: z.string(), responseKind: gvk, verbs: strings }))
                  .nullish(),
              }),
            )
            .nullish(),
        }),
      ),
    }),
  ),
});

export type Part = { readonly groups: readonly Group[]; readonly resources: readonly Resource[] };

/** One half (/api or /apis) of aggregated discovery; undefined when the document is of the older form. */
export function readAggregated(document: unknown): Part | undefined {
  const parsed = aggregated.safeParse(document);
  if (!parsed.success) return undefined;
  const groups: Group[] = [];
  const resources: Resource[] = [];
  for (const item of parsed.data.items) {
    const name = item.metadata?.name ?? '';
    groups.push({
      name,
      versions: item.versions.map((v) => ({ version: v.version, stale: v.freshness === 'Stale' })),
    });
    for (const { version, resources: served } of item.versions) {
      for (const one of served ?? []) {
        // Subresources of a resource that isn't served itself (its kind is then empty) hang on a nameless one.
        if (!one.responseKind?.kind) continue;
        resources.push({
          group: name,
          version,
          kind: one.responseKind.kind,
          resource: one.resource,
          singular: one.singularResource || one.responseKind.kind.toLowerCase(),
          shortNames: one.shortNames ?? [],
          categories: one.categories ?? [],
          namespaced: one.scope === 'Namespaced',
          verbs: one.verbs ?? [],
          subresources: (one.subresources ?? []).map((sub) => ({
            name: sub.subresource,
            verbs: sub.verbs ?? [],
            ...(sub.responseKind?.kind ? { kind: sub.responseKind.kind } : {}),
          })),
        });
      }
    }
  }
  return { groups, resources };
}

/** The older documents: APIVersions at /api, APIGroupList at /apis, APIResourceList below. */
const coreVersions = z.object({ kind: z.literal('APIVersions'), versions: z.array(z.string()) });
const groupList = z.object({
  kind: z.literal('APIGroupList'),
  groups: z.array(
    z.object({
      name: z.string(),
      versions: z.array(z.object({ version: z.string() })),
      preferredVersion: z.object({ version: z.string() }).nullish(),
    }),
  ),
});
const resourceList = z.object({
  resources: z
    .array(
      z.object({
        name: z.string(),
        kind: z.string(),
        singularName: z.string().nullish(),
        namespaced: z.boolean(),
        verbs: strings,
        shortNames: strings,
        categories: strings,
      }),
    )
    .nullish(),
});

export function readCoreVersions(document: unknown): string[] | undefined {
  const parsed = coreVersions.safeParse(document);
  return parsed.success ? parsed.data.versions : undefined;
}

/** Preferred version first. */
export function readGroupList(document: unknown): { name: string; versions: string[] }[] | undefined {
  const parsed = groupList.safeParse(document);
  if (!parsed.success) return undefined;
  return parsed.data.groups.map(({ name, versions, preferredVersion }) => {
    const all = versions.map((v) => v.version);
    const first = preferredVersion?.version;
    return { name, versions: first === undefined ? all : [first, ...all.filter((v) => v !== first)] };
  });
}

export function readResourceList(document: unknown, group: string, version: string): Resource[] | undefined {
  const parsed = resourceList.safeParse(document);
  if (!parsed.success) return undefined;
  const all = parsed.data.resources ?? [];
  return all
    .filter((one) => !one.name.includes('/'))
    .map((one) => ({
      group,
      version,
      kind: one.kind,
      resource: one.name,
      singular: one.singularName || one.kind.toLowerCase(),
      shortNames: one.shortNames ?? [],
      categories: one.categories ?? [],
      namespaced: one.namespaced,
      verbs: one.verbs ?? [],
      subresources: all
        .filter((sub) => sub.name.startsWith(`${one.name}/`))
        .map((sub) => ({ name: sub.name.slice(one.name.length + 1), kind: sub.kind, verbs: sub.verbs ?? [] })),
    }));
}
